import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ChatMessage } from '../../../../src/core/ports.ts';
import { outcomeUnknown, projectTranscript } from '../../../../src/core/task/project-transcript.ts';
import { assertValidPrefixes, assertValidTranscript } from '../../../support/valid-transcript.ts';
import { anyLog, began, call, ended, replied, stateOf } from './logs.ts';

const opening: readonly ChatMessage[] = [{ role: 'system', content: 's' }];

describe('the transcript of a conversation', () => {
  it('is valid after every prefix of every log', () => {
    let looked = 0;
    fc.assert(
      fc.property(anyLog, (log) => {
        looked += assertValidPrefixes(log);
      }),
      { numRuns: 150 },
    );
    assert.ok(looked > 1000, `only ${looked} transcripts were looked at`);
  });

  it('answers a call that was begun as unknown, and one that was not as not run', () => {
    const [one, two, three] = [call('1'), call('2'), call('3')];
    const state = stateOf(replied('a', [one, two, three]), began('a', one), ended('a', one, 'fine'), began('a', two));
    const messages = projectTranscript(state, 'a', opening);
    assertValidTranscript(messages);
    const answers = messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
    assert.equal(answers[0], 'fine');
    assert.ok(answers[1]?.startsWith(outcomeUnknown));
    assert.ok(answers[2]?.startsWith('[not run]'));
  });

  it('leaves out a reply that says nothing, and shows a digest for what was dropped', () => {
    const one = call('1');
    const state = stateOf(
      replied('a', [one]),
      began('a', one),
      ended('a', one),
      replied('a', []),
      { type: 'note-added', conversation: 'a', text: 'Go on.', by: 'harness' },
      { type: 'context-compacted', conversation: 'a', droppedTurns: 1, digest: 'It read a file.' },
    );
    assert.deepEqual(projectTranscript(state, 'a', opening).slice(1), [
      { role: 'user', content: 'It read a file.' },
      { role: 'user', content: 'Go on.' },
    ]);
  });

  it('shows images behind all answers of the reply', () => {
    const [one, two] = [call('1'), call('2')];
    const image = 'data:image/png;base64,AAAA';
    const seen = { ...ended('a', one), images: [image] };
    const state = stateOf(replied('a', [one, two]), began('a', one), seen, began('a', two), ended('a', two));
    const messages = projectTranscript(state, 'a', opening);
    assertValidTranscript(messages);
    assert.deepEqual(messages.at(-1), {
      role: 'user',
      content: 'The images of these results, in order:',
      images: [image],
    });
  });

  it('cuts the answers of the turns before a compaction that says so, and no later ones', () => {
    const [one, two] = [call('1'), call('2')];
    const long = `${'a'.repeat(500)}${'z'.repeat(500)}`;
    const state = stateOf(
      replied('a', [one]),
      began('a', one),
      ended('a', one, long),
      { type: 'context-compacted', conversation: 'a', droppedTurns: 0, digest: '', longestAnswer: 200 },
      replied('a', [two]),
      began('a', two),
      ended('a', two, long),
    );
    const [first = '', second] = projectTranscript(state, 'a', opening).flatMap((message) =>
      message.role === 'tool' ? [message.content] : [],
    );
    assert.match(first, /^a{100}\n\[800 characters left out to save room\]\nz{100}$/);
    assert.equal(second, long);
  });

  it('is the opening alone where nothing was said', () => {
    assert.deepEqual(projectTranscript(stateOf(), 'a', opening), opening);
  });
});
