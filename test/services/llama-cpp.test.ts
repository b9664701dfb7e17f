import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { openTransport } from '../../src/adapters/models/open-transport.ts';
import { openModelServer } from '../../src/adapters/models/servers/open-server.ts';
import { isMagusError } from '../../src/core/errors/magus-error.ts';
import { askForJson } from '../../src/core/models/ask-for-json.ts';
import type { ServedModelPicture } from '../../src/protocol/model-picture.ts';
import { modelAddress } from '../support/model-address.ts';
import { askRouter, routerOf } from '../support/router-rig.ts';
import { until } from '../support/until.ts';
import { startLlamaCpp } from './llama-cpp.ts';

const never = new AbortController().signal;
const timeouts = { firstByteMs: 30_000, idleMs: 30_000, totalMs: 60_000 };

describe('a real llama.cpp router', function () {
  // It is brought when it is not there yet.
  this.timeout(300_000);
  let server: Awaited<ReturnType<typeof startLlamaCpp>>;

  before(async () => {
    server = await startLlamaCpp(['tiny', 'other']);
  });
  after(() => server?.stop());

  const router = (more: object = {}) =>
    routerOf({ kind: 'llamacpp', baseURL: server.url, model: 'tiny', output: 40, timeouts, ...more });
  const served = async (name: string): Promise<ServedModelPicture | undefined> => {
    const [endpoint] = await router().desk.endpoints(never);
    return endpoint?.models.find((model) => model.name === name);
  };

  it('is recognised, and lists what it has', async () => {
    const anonymous = modelAddress(`${server.url}/v1`, { endpoint: { kind: 'openai' } });
    assert.equal(await (await openModelServer(anonymous, undefined)).recognise?.(never), 'llamacpp');
    assert.equal((await served('tiny'))?.loaded, false);
    assert.equal((await served('other'))?.loaded, false);
  });

  it('loads with progress, says what a loaded model holds, and unloads', async () => {
    const { desk } = router();
    const said: string[] = [];
    await desk.load('model/tiny', (words) => said.push(words), never);
    assert.equal(said[0], 'Loading tiny');
    assert.ok(
      said.every((words) => /^Loading tiny(: (text model \d+ %(, \d+ s)?|\d+ s))?$/.test(words)),
      said.join('\n'),
    );
    const { loaded, contextTokens, sizeBytes } = (await served('tiny')) ?? {};
    assert.deepEqual([loaded, contextTokens], [true, 2048]);
    assert.ok((sizeBytes ?? 0) > 50_000);
    // Loading what is loaded is no failure.
    await desk.load('model/tiny', () => undefined, never);
    await desk.unload('model/tiny', never);
    await until(async () => (await served('tiny'))?.loaded === false);
  });

  it('a model that is not in memory is loaded, and then answers', async () => {
    assert.equal((await served('tiny'))?.loaded, false);
    const { reply, failed } = await askRouter(router());
    assert.deepEqual(
      failed.map(({ fault }) => fault),
      ['model-unloaded'],
    );
    assert.ok(reply.finish === 'stop' || reply.finish === 'length');
    assert.ok(reply.usage.inputTokens > 0);
  });

  it('holds an answer to a shape', async () => {
    const shape = z.object({ good: z.boolean(), kind: z.enum(['episode', 'fact']) });
    const messages = [{ role: 'user', content: 'Judge.' }] as const;
    const question = { purpose: 'summarise', messages, name: 'verdict', shape } as const;
    const listener = { onText: () => undefined, onAttemptFailed: () => undefined };
    // Its weights are noise: without the grammar there would be no JSON at all.
    const { value } = await askForJson(router({ output: 400 }), question, listener, never);
    assert.ok(value !== undefined);
  });

  it('a shape it does not know is asked for in words', async () => {
    const schema = { name: 'odd', schema: { type: 'banana' } };
    const { reply, failed } = await askRouter(router(), { purpose: 'summarise', schema });
    assert.deepEqual(
      failed.map(({ fault }) => fault),
      ['bad-request'],
    );
    assert.ok(reply.usage.outputTokens > 0);
  });

  it('makes vectors', async () => {
    const address = modelAddress(server.url, { endpoint: { kind: 'llamacpp' }, deployment: { model: 'tiny' } });
    const { embed } = await openTransport(address, undefined);
    const vectors = await embed?.(['one', 'two'], never);
    assert.deepEqual(
      vectors?.map((vector) => vector.length),
      [32, 32],
    );
  });

  it('a request that is too long, and a model it has not, come through as what they are', async () => {
    const faultOf = (asked: Promise<unknown>) =>
      asked.then(
        () => 'answered',
        (error: unknown) => (isMagusError(error) ? error.code : String(error)),
      );
    // What a server holds it tells; here its own word is wanted.
    const long = [{ role: 'user', content: 'many words '.repeat(400) }] as const;
    assert.equal(await faultOf(askRouter(router({ context: 100_000 }), { messages: long })), 'CONTEXT_TOO_LONG');
    assert.equal(await faultOf(askRouter(router({ model: 'nobody' }))), 'MODEL_NOT_FOUND');
    await assert.rejects(router({ model: 'nobody' }).desk.load('model/nobody', () => undefined, never));
  });

  it('killed in the middle of an answer: what is left goes on', async () => {
    await server.kill9();
    assert.equal(
      await askRouter(router()).catch((error: unknown) => (isMagusError(error) ? error.code : String(error))),
      'NETWORK',
    );
    await server.restart();
    assert.equal((await served('tiny'))?.loaded, false);
  });
});
