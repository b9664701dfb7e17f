import assert from 'node:assert/strict';
import type { ChatMessage } from '../../src/core/ports.ts';
import { projectTranscript } from '../../src/core/task/project-transcript.ts';
import { applyEvent, foldEvents } from '../../src/core/task/reduce.ts';
import type { LoggedEvent } from '../../src/protocol/task-event.ts';

const opening: readonly ChatMessage[] = [
  { role: 'system', content: 'system' },
  { role: 'user', content: 'goal' },
];

/** What every server asks of a conversation: each call is answered exactly once, right behind the reply that made it. */
export function assertValidTranscript(messages: readonly ChatMessage[]): void {
  let awaited: string[] = [];
  const known = new Set<string>();
  assert.equal(messages[0]?.role, 'system');
  for (const message of messages) {
    if (message.role === 'tool') {
      assert.equal(message.callId, awaited.shift(), 'an answer stands where its call does not wait for it');
      assert.ok(message.content.length > 0, 'an answer is empty');
      continue;
    }
    assert.deepEqual(awaited, [], `calls without an answer before a ${message.role} message`);
    if (message.role !== 'assistant') {
      assert.ok(message.content.length > 0, `an empty ${message.role} message`);
      continue;
    }
    assert.ok(message.content !== '' || message.calls.length > 0, 'a reply that says nothing');
    awaited = message.calls.map(({ id }) => id);
    for (const id of awaited) {
      assert.ok(!known.has(id), `two calls have the id ${id}`);
      known.add(id);
    }
  }
  assert.deepEqual(awaited, [], 'calls without an answer at the end');
}

/** Projects every conversation after every prefix of a log. Returns how many transcripts were looked at. */
export function assertValidPrefixes(log: readonly LoggedEvent[]): number {
  const [first, ...rest] = log;
  assert.ok(first, 'an empty log');
  const state = foldEvents(first.taskId, [first]);
  let looked = 0;
  for (const { event } of rest) {
    applyEvent(state, event);
    for (const conversation of state.conversations.keys()) {
      assertValidTranscript(projectTranscript(state, conversation, opening));
      looked += 1;
    }
  }
  return looked;
}
