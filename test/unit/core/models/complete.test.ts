import assert from 'node:assert/strict';
import type { MagusError } from '../../../../src/core/errors/magus-error.ts';
import { completeWithRetries } from '../../../../src/core/models/complete.ts';
import { type Fault, faultError } from '../../../../src/core/models/faults.ts';
import type { ModelReply, ModelRequest } from '../../../../src/core/ports.ts';

const request: ModelRequest = { purpose: 'act', messages: [], tools: [] };
const reply: ModelReply = {
  text: 'ok',
  calls: [],
  finish: 'stop',
  model: 'm',
  usage: { inputTokens: 1, outputTokens: 1 },
};

describe('a reply tried again', () => {
  const fault = (name: Fault, retryAfterMs?: number): MagusError =>
    faultError(name, { server: 's', model: 'm', said: '', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

  async function play(errors: readonly MagusError[]): Promise<{ outcome: unknown; waits: number[]; tries: number }> {
    const waits: number[] = [];
    let tries = 0;
    const ports = {
      clock: {
        now: () => 0,
        sleep: async (ms: number) => {
          waits.push(ms);
        },
      },
      model: {
        contextTokens: 1000,
        complete: async () => {
          const error = errors[tries];
          tries += 1;
          if (error !== undefined) throw error;
          return reply;
        },
      },
    };
    const outcome: unknown = await completeWithRetries(
      ports,
      request,
      () => undefined,
      new AbortController().signal,
    ).catch((thrown: unknown) => thrown);
    return { outcome, waits, tries };
  }

  it('survives two failures of the way or the server', async () => {
    for (const name of ['network', 'server', 'stalled', 'truncated', 'protocol', 'overloaded'] as const) {
      assert.deepEqual(await play([fault(name), fault(name)]), { outcome: reply, waits: [300, 1000], tries: 3 });
    }
  });

  it('gives up after the third', async () => {
    const errors = [fault('network'), fault('server'), fault('truncated')];
    assert.deepEqual(await play(errors), { outcome: errors[2], waits: [300, 1000], tries: 3 });
  });

  it('never tries again what only a person can mend', async () => {
    for (const name of [
      'auth',
      'quota',
      'model-not-found',
      'context-too-long',
      'content-refused',
      'bad-request',
    ] as const) {
      assert.equal((await play([fault(name)])).tries, 1, name);
    }
  });

  it('waits once as long as a rate limit asks, within 30 s', async () => {
    assert.deepEqual((await play([fault('rate', 7000)])).waits, [7000]);
    assert.deepEqual((await play([fault('rate', 7000), fault('rate', 10)])).waits, [7000]);
    assert.deepEqual((await play([fault('rate', 31_000)])).waits, []);
  });
});
