import assert from 'node:assert/strict';
import { requestOf } from '../../../src/host/view-request.ts';
import { viewRequestSchema } from '../../../src/protocol/chat-view.ts';

describe('what a view asks for', () => {
  it('is taken as it is', () => {
    assert.deepEqual(requestOf(viewRequestSchema, { type: 'ready' }), { type: 'ready' });
  });

  it('is refused in words where it is too long', () => {
    const answer = { type: 'answer', taskId: 't', callId: 'c', text: 'x'.repeat(250_000) };
    assert.throws(() => requestOf(viewRequestSchema, answer), {
      kind: 'user-input',
      message: /^This cannot be taken: text: must be at most 200000 characters long\. .*file/,
    });
  });

  it('is refused in words where it is no request', () => {
    for (const message of [undefined, 'ready', { type: 'rm' }, { type: 'open' }])
      assert.throws(() => requestOf(viewRequestSchema, message), { kind: 'user-input', message: /^[^{[]+$/ });
  });
});
