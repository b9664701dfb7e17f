import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { withAnswerCache } from '../../../../src/core/models/answer-cache.ts';
import { parseModelConfiguration } from '../../../../src/core/models/parse-configuration.ts';
import type { ChatModel, ModelListener, ModelReply, ModelRequest } from '../../../../src/core/ports.ts';

const request: ModelRequest = { purpose: 'summarise', messages: [{ role: 'user', content: 'Sum up' }], tools: [] };
const signal = new AbortController().signal;

function rig(cache: unknown, answer: (listener: ModelListener) => Promise<Partial<ModelReply>> = async () => ({})) {
  const kept = new Map<string, { readonly body: string; readonly at: number }>();
  const state = { asked: 0, now: 1_000_000, kept };
  const model: ChatModel = {
    contextTokens: 1000,
    complete: async (_request, listener) => {
      state.asked += 1;
      const reply = await answer(listener);
      listener.onText('Short.');
      return {
        text: 'Short.',
        calls: [],
        finish: 'stop',
        model: 'm',
        usage: { inputTokens: 1, outputTokens: 1 },
        ...reply,
      };
    },
  };
  const configuration = parseModelConfiguration({ kind: 'ollama', model: 'm', cache }, 'The test');
  const cached = withAnswerCache(model, configuration, {
    clock: { now: () => state.now, sleep: async () => undefined },
    hash: { sha256: (content) => createHash('sha256').update(content).digest('hex'), randomId: () => 'id' },
    answers: {
      read: async (key, { afterMs }) => {
        const found = kept.get(key);
        return found && found.at > afterMs ? found.body : undefined;
      },
      keep: async (key, body, { nowMs }) => void kept.set(key, { body, at: nowMs }),
    },
  });
  const ask = async (more: Partial<ModelRequest> = {}): Promise<{ reply: ModelReply; shown: string }> => {
    let shown = '';
    const listener = {
      onText: (text: string): void => {
        shown += text;
      },
      onAttemptFailed: () => undefined,
    };
    const reply = await cached.complete({ ...request, ...more }, listener, signal);
    await sleep(0);
    return { reply, shown };
  };
  return { state, ask };
}

describe('the answer cache', () => {
  it('answers the same request from what it kept, for nothing, and says so', async () => {
    const { state, ask } = rig({});
    await ask();
    const { reply, shown } = await ask({ session: 'another', spentUsd: 3 });
    assert.equal(state.asked, 1);
    assert.deepEqual([reply.text, shown], ['Short.', 'Short.']);
    assert.deepEqual(reply.usage, { inputTokens: 0, outputTokens: 0, usd: 0 });
    assert.match(reply.deployment ?? '', /^cache/);
    await ask({ messages: [{ role: 'user', content: 'Sum up!' }] });
    assert.equal(state.asked, 2);
  });

  it('forgets after the time it was given', async () => {
    const { state, ask } = rig({ ttlS: 10 });
    await ask();
    state.now += 11_000;
    await ask();
    assert.equal(state.asked, 2);
  });

  it('keeps plans and acts only when told to', async () => {
    const usual = rig({});
    for (const purpose of ['plan', 'act', 'act'] as const) await usual.ask({ purpose });
    assert.equal(usual.state.asked, 3);
    const told = rig({ exact: true });
    for (const purpose of ['act', 'act'] as const) await told.ask({ purpose });
    assert.equal(told.state.asked, 1);
    const off = rig({ exact: false });
    for (let time = 0; time < 2; time += 1) await off.ask();
    assert.equal(off.state.asked, 2);
  });

  it('keeps only whole answers without a seam', async () => {
    for (const finish of ['length', 'cut'] as const) {
      const { state, ask } = rig({}, async () => ({ finish }));
      await ask();
      assert.equal(state.kept.size, 0);
    }
    const seamed = rig({}, async (listener) => {
      listener.onAttemptFailed({
        deployment: 'd',
        group: 'g',
        fault: 'stalled',
        message: '',
        waitedMs: 0,
        durationMs: 1,
        afterOutput: true,
      });
      return {};
    });
    await seamed.ask();
    assert.equal(seamed.state.kept.size, 0);
  });

  it('sends the same request once when it is made twice at once', async () => {
    const { state, ask } = rig({}, async () => {
      await sleep(5);
      return {};
    });
    const answers = await Promise.all([ask(), ask(), ask()]);
    assert.equal(state.asked, 1);
    assert.ok(answers.every(({ shown }) => shown === 'Short.'));
  });
});
