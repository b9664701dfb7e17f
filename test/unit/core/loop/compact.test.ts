import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Question } from '../../../../src/core/loop/ask-model.ts';
import { compactIfNeeded } from '../../../../src/core/loop/compact.ts';
import { estimateTokens } from '../../../../src/core/models/estimate-tokens.ts';
import type { ChatMessage } from '../../../../src/core/ports.ts';
import { projectTranscript } from '../../../../src/core/task/project-transcript.ts';
import type { TaskEvent } from '../../../../src/protocol/task-event.ts';
import { assertValidTranscript } from '../../../support/valid-transcript.ts';
import { began, call, created, ended, replied } from '../task/logs.ts';
import { runRig } from './run-rig.ts';

const question: Question = {
  conversation: 'a',
  purpose: 'act',
  opening: [
    { role: 'system', content: 'You work.' },
    { role: 'user', content: 'Mend it.' },
  ],
  tools: [{ name: 'act', description: 'Acts.', parameters: {} }],
};

function turn(number: number, calls: number, input: number, answer: number): readonly TaskEvent[] {
  const made = Array.from({ length: calls }, (_, index) =>
    call(`${number}_${index}`, 'act', JSON.stringify({ what: 'w '.repeat(input) })),
  );
  return [
    replied('a', made, { text: 'some words' }),
    ...made.flatMap((each) => [
      began('a', each),
      ended('a', each, `${number} worked\n${'line of it\n'.repeat(answer)}`),
    ]),
  ];
}

function sizeOf(messages: readonly ChatMessage[]): number {
  const sizes = messages.map((message) =>
    estimateTokens(message.content + (message.role === 'assistant' ? JSON.stringify(message.calls) : '')),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('compaction', () => {
  it('does nothing while everything fits', async () => {
    const rig = runRig([created(), ...turn(1, 2, 10, 10)], [], 10_000);
    await compactIfNeeded(rig.run, question, 1);
    assert.deepEqual(rig.events, []);
  });

  it('leaves the newest turns and says in a line a call what the others did', async () => {
    const log = [created(), ...Array.from({ length: 30 }, (_, index) => turn(index, 2, 5, 100)).flat()];
    const rig = runRig(log, [], 10_000);
    await compactIfNeeded(rig.run, question, 1);
    const [event] = rig.events;
    assert.ok(event?.type === 'context-compacted');
    assert.ok(event.droppedTurns > 20 && event.droppedTurns < 30);
    assert.match(
      event.digest,
      /^Earlier turns were left out[\s\S]*act \{"what":"w w w w w "\} → ok: 19 worked\n[\s\S]*Read a file again/,
    );
    const messages = projectTranscript(rig.run.state, 'a', question.opening);
    assert.match(messages.at(-1)?.content ?? '', /^29 worked/);
  });

  it('cuts the answers of the newest turn where even that does not fit', async () => {
    const rig = runRig([created(), ...turn(1, 1, 1, 10), ...turn(2, 8, 1, 4000)], [], 10_000);
    await compactIfNeeded(rig.run, question, 1);
    const messages = projectTranscript(rig.run.state, 'a', question.opening);
    assertValidTranscript(messages);
    assert.equal(messages.filter(({ role }) => role === 'tool').length, 8);
    assert.match(messages.at(-1)?.content ?? '', /^2 worked[\s\S]*characters left out to save room/);
  });

  it('says what to do when the goal itself does not fit', async () => {
    const large = { ...question, opening: [{ role: 'user', content: 'word '.repeat(20_000) } as const] };
    const rig = runRig([created()], [], 10_000);
    await assert.rejects(compactIfNeeded(rig.run, large, 1), {
      kind: 'limit-reached',
      code: 'CONTEXT_TOO_LONG',
      message: /Shorten them or choose a model/,
    });
  });

  it('always fits, stays valid and never goes back, however large the turns and small the window', async () => {
    const anyTurn = fc.tuple(fc.nat(6), fc.constantFrom(1, 30, 3000), fc.constantFrom(0, 10, 300, 5000));
    const windows = fc.constantFrom(1500, 4096, 16_000, 128_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyTurn, { minLength: 1, maxLength: 12, size: 'max' }),
        windows,
        async (made, window) => {
          const rig = runRig([created()], [], window);
          let dropped = 0;
          for (const [number, [calls, input, answer]] of made.entries()) {
            await rig.run.emit(...turn(number, calls, input, answer));
            for (const share of [1, 0.5]) {
              await compactIfNeeded(rig.run, question, share);
              const messages = projectTranscript(rig.run.state, 'a', question.opening);
              assertValidTranscript(messages);
              // Pieces are estimated one by one there and as a whole here, which differs by some tokens.
              assert.ok(sizeOf(messages) <= window * 0.8 * share * 1.01, `${sizeOf(messages)} tokens in ${window}`);
            }
            const now = rig.run.state.conversations.get('a')?.dropped ?? 0;
            assert.ok(now >= dropped);
            dropped = now;
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
