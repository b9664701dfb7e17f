import assert from 'node:assert/strict';
import { openModelServer } from '../../src/adapters/models/servers/open-server.ts';
import { isMagusError } from '../../src/core/errors/magus-error.ts';
import type { ModelRouter } from '../../src/core/models/router.ts';
import type { ToolSpec } from '../../src/core/ports.ts';
import { calls, finish, type TaskRig, taskRig, turns } from '../integration/task/task-rig.ts';
import { modelAddress } from '../support/model-address.ts';
import { askRouter, leapingClock, routerOf } from '../support/router-rig.ts';
import { type ScriptedModel, type ScriptedReply, startScriptedModel } from '../support/scripted-model.ts';
import { startLiteLlm } from './litellm.ts';

const tool: ToolSpec = {
  name: 'look',
  description: 'Looks at something',
  parameters: { type: 'object', properties: { at: { type: 'string' } } },
};
const timeouts = { firstByteMs: 8000, idleMs: 2000, totalMs: 20_000 };

describe('a real LiteLLM proxy', function () {
  // Installing it takes a minute or two, once.
  this.timeout(420_000);
  let proxy: Awaited<ReturnType<typeof startLiteLlm>>;
  let first: ScriptedModel;
  let second: ScriptedModel;
  let answer: ScriptedReply;
  let spare: ScriptedReply;

  before(async () => {
    first = await startScriptedModel(() => answer);
    second = await startScriptedModel(() => spare);
    const prices = { inputUsdPerToken: 2e-6, outputUsdPerToken: 10e-6, contextTokens: 32_000 };
    proxy = await startLiteLlm({
      models: [
        { name: 'main', url: first.url, upstreamName: 'scripted', ...prices },
        { name: 'alone', url: first.url, upstreamName: 'scripted', ...prices },
        { name: 'spare', url: second.url, upstreamName: 'scripted', ...prices },
      ],
      fallbacks: { main: ['spare'] },
    });
  });
  after(async () => {
    await proxy?.stop();
    await first?.close();
    await second?.close();
  });
  beforeEach(() => {
    answer = { text: 'From the first.' };
    spare = { text: 'From the second.' };
  });

  const configured = (model: string, more: object = {}) => ({
    endpoints: { litellm: { kind: 'litellm', baseURL: proxy.url }, direct: { kind: 'openai', baseURL: second.url } },
    groups: {
      main: [{ endpoint: 'litellm', model }],
      spare: [{ endpoint: 'direct', model: 'scripted' }],
    },
    routing: { primary: 'main' },
    timeouts,
    ...more,
  });
  const router = (model: string, more: object = {}, key = proxy.masterKey): ModelRouter =>
    routerOf(configured(model, more), { keys: { litellm: key } });
  const faultOf = async (asked: Promise<unknown>): Promise<string | undefined> => {
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    return isMagusError(error) ? error.code : JSON.stringify(error);
  };

  it('tells limits and prices of its models', async () => {
    const server = await openModelServer(modelAddress(proxy.url, { endpoint: { kind: 'litellm' } }), proxy.masterKey);
    const main = (await server.list(new AbortController().signal)).find(({ name }) => name === 'main');
    assert.equal(main?.contextTokens, 32_000);
    assert.deepEqual([main?.price?.input, main?.price?.output], [2, 10]);
  });

  it('is recognised where it is configured as any compatible server, and then left to its own fallbacks', async () => {
    const anyServer = modelAddress(`${proxy.url}/v1`, { endpoint: { kind: 'openai' } });
    const never = new AbortController().signal;
    assert.equal(await (await openModelServer(anyServer, undefined)).recognise?.(never), 'litellm');
    const own = routerOf(
      { kind: 'openai', baseURL: `${proxy.url}/v1`, model: 'alone', timeouts },
      { keys: { model: proxy.masterKey } },
    );
    const picture = () => own.desk.groups()[0]?.members[0];
    assert.equal((await askRouter(own)).reply.text, 'From the first.');
    while (picture()?.kind !== 'litellm') await new Promise((done) => setTimeout(done, 20));
    assert.deepEqual([picture()?.contextTokens, picture()?.price], [32_000, { input: 2, output: 10 }]);
    answer = { status: 500 };
    const before = first.requests.length;
    assert.equal(await faultOf(askRouter(own)), 'SERVER');
    assert.equal(first.requests.length - before, 2);
  });

  it('streams text and tool calls, and the cost is known', async () => {
    answer = { text: 'Grüße 🧙', calls: [{ name: 'look', args: { at: 'ü' } }] };
    const { reply, shown } = await askRouter(router('main'), { tools: [tool] });
    assert.deepEqual([reply.text, shown, reply.finish], ['Grüße 🧙', 'Grüße 🧙', 'tool-calls']);
    assert.deepEqual(
      reply.calls.map(({ name, arguments: args }) => [name, JSON.parse(args)]),
      [['look', { at: 'ü' }]],
    );
    assert.equal(reply.usage.inputTokens, 100);
    assert.ok(Math.abs((reply.usage.usd ?? 0) - (100 * 2e-6 + 20 * 10e-6)) < 1e-9, `${reply.usage.usd}`);
  });

  it('falls back by itself, and is left to do so', async () => {
    answer = { status: 503 };
    const { reply, failed } = await askRouter(router('main'));
    assert.equal(reply.text, 'From the second.');
    assert.deepEqual(failed, []);
    assert.deepEqual([reply.proxied?.fallbacks, reply.proxied?.model], [1, 'openai/scripted']);
  });

  it('when it has nothing to fall back on: one try more, then our own fallback', async () => {
    answer = { status: 500 };
    const before = first.requests.length;
    assert.equal(await faultOf(askRouter(router('alone'))), 'SERVER');
    assert.equal(first.requests.length - before, 2);
    const own = router('alone', { routing: { primary: 'main', fallbacks: { main: ['spare'] } } });
    const { reply, failed } = await askRouter(own);
    assert.deepEqual([reply.deployment, failed.length], ['direct/scripted', 1]);
  });

  it('a rate limit, a quota, a context, a wrong key and an unknown model come through as what they are', async () => {
    answer = { status: 429, headers: { 'retry-after': '3600' } };
    assert.equal(await faultOf(askRouter(router('alone'))), 'RATE');
    answer = {
      status: 429,
      body: { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } },
    };
    assert.equal(await faultOf(askRouter(router('alone'))), 'QUOTA');
    answer = {
      status: 400,
      body: { error: { message: 'maximum context length is 10', code: 'context_length_exceeded' } },
    };
    assert.equal(await faultOf(askRouter(router('alone'))), 'CONTEXT_TOO_LONG');
    assert.equal(await faultOf(askRouter(router('alone', {}, 'sk-wrong'))), 'AUTH');
    assert.equal(await faultOf(askRouter(router('nothing'))), 'MODEL_NOT_FOUND');
  });

  it('one upstream killed in the middle of a stream: the text goes on with the other', async () => {
    answer = { text: 'The total is computed by', cut: true };
    spare = { text: ' adding every price.' };
    const own = router('alone', { routing: { primary: 'main', fallbacks: { main: ['spare'] } } });
    const { reply, shown } = await askRouter(own);
    assert.equal(reply.text, 'The total is computed by adding every price.');
    assert.equal(shown, reply.text);
  });

  it('the proxy killed in the middle of a stream: the text goes on with what is left', async () => {
    answer = { text: 'The total is computed by', silence: true };
    spare = { text: ' adding every price.' };
    const own = router('alone', { routing: { primary: 'main', fallbacks: { main: ['spare'] } } });
    const heard = { shown: '', failed: [] };
    const asked = askRouter(own, {}, heard);
    while (!heard.shown.endsWith('by')) await new Promise((done) => setTimeout(done, 20));
    await proxy.kill9();
    assert.equal((await asked).reply.text, 'The total is computed by adding every price.');
    assert.equal(await faultOf(askRouter(router('alone'))), 'NETWORK');
    await proxy.restart();
    answer = { text: 'Back again.' };
    assert.equal((await askRouter(router('alone'))).reply.text, 'Back again.');
  });

  describe('in a task', () => {
    let rig: TaskRig;
    beforeEach(async () => {
      rig = await taskRig();
    });
    afterEach(() => rig.remove());

    it('killed and restarted in the middle: nothing is lost', async () => {
      await rig.write({ 'a.txt': 'one\n' });
      const script = turns('edit_file', [
        calls({ name: 'read_file', args: { path: 'a.txt' } }),
        calls({ name: 'edit_file', args: { path: 'a.txt', edits: [{ old_text: 'one', new_text: 'two' }] } }),
        calls({ name: 'read_file', args: { path: 'a.txt' } }),
        calls(finish()),
      ]);
      const upstream = await startScriptedModel(script);
      const own = await startLiteLlm({ models: [{ name: 'main', url: upstream.url, upstreamName: 'scripted' }] });
      const models = { kind: 'litellm', baseURL: own.url, model: 'main', timeouts };
      const key = { models, key: own.masterKey };
      let killed: Promise<void> | undefined;
      const outcome = await rig.run(
        { goal: 'Make it two', mode: 'act' },
        {
          ...key,
          onEvent: ({ event }) => {
            if (event.type === 'tool-call-ended' && killed === undefined) killed = own.kill9();
          },
        },
      );
      await killed;
      assert.equal(outcome.state.ended?.status, 'failed');
      assert.equal(outcome.state.ended?.error?.code, 'NETWORK');
      await own.restart();
      const resumed = await rig.resume(outcome.taskId, key);
      assert.equal(resumed.state.ended?.status, 'unverified');
      assert.equal(await rig.text('a.txt'), 'two\n');
      const made = resumed.of('tool-call-started').map(({ name }) => name);
      assert.deepEqual(made, ['read_file', 'edit_file', 'read_file', 'finish_step']);
      await own.stop();
      await upstream.close();
    });
  });
});

describe('a LiteLLM proxy with a budget', function () {
  this.timeout(420_000);

  it('that is spent: the fault is a quota, and the next one is asked', async () => {
    const upstream = await startScriptedModel(() => ({ text: 'Dear.' }));
    const proxy = await startLiteLlm({
      models: [
        { name: 'main', url: upstream.url, upstreamName: 'scripted', inputUsdPerToken: 1, outputUsdPerToken: 1 },
      ],
      dayBudgetUsd: 0.5,
    });
    const clock = leapingClock();
    const router = routerOf(
      { kind: 'litellm', baseURL: proxy.url, model: 'main', timeouts },
      { keys: { model: proxy.masterKey }, clock },
    );
    try {
      // The proxy counts behind the answer.
      let error: unknown;
      for (let time = 0; time < 20 && error === undefined; time += 1) {
        await askRouter(router).catch((thrown: unknown) => {
          error = thrown;
        });
        await new Promise((done) => setTimeout(done, 500));
      }
      assert.ok(isMagusError(error));
      assert.equal(error.code, 'QUOTA');
      assert.match(error.message, /[Bb]udget/);
      assert.deepEqual(clock.sleeps, []);
    } finally {
      await proxy.stop();
      await upstream.close();
    }
  });
});
