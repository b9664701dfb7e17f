import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findLocalModel } from '../../src/adapters/models/find-local-model.ts';
import { openTransport } from '../../src/adapters/models/open-transport.ts';
import { openModelServer } from '../../src/adapters/models/servers/open-server.ts';
import { isMagusError } from '../../src/core/errors/magus-error.ts';
import type { ModelServer } from '../../src/core/models/model-server.ts';
import type { TransportRequest } from '../../src/core/models/transport.ts';
import type { ModelReply } from '../../src/core/ports.ts';
import type { EndpointKind } from '../../src/protocol/model-configuration.ts';
import { type LocalAnswer, type LocalServer, startLocalServer } from '../support/local-server.ts';
import { modelAddress } from '../support/model-address.ts';
import { routerOf } from '../support/router-rig.ts';

const never = new AbortController().signal;
const timeouts = { firstByteMs: 400, idleMs: 200, totalMs: 5000 };
const tool = { name: 'look', description: 'Looks', parameters: { type: 'object' } };
const request: TransportRequest = {
  purpose: 'act',
  messages: [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Look', images: ['data:image/png;base64,AAAA'] },
    { role: 'assistant', content: '', calls: [{ id: 'c1', name: 'look', arguments: '{"at":"it"}' }] },
    { role: 'tool', callId: 'c1', content: 'seen' },
  ],
  tools: [tool],
  omit: new Set(),
};

const kinds: Readonly<
  Record<Exclude<EndpointKind, 'vscode-lm'>, { readonly loads: boolean; readonly contextTokens?: number }>
> = {
  openai: { loads: false },
  litellm: { loads: false, contextTokens: 16_000 },
  ollama: { loads: true, contextTokens: 32_768 },
  lmstudio: { loads: true, contextTokens: 16_384 },
  llamacpp: { loads: true, contextTokens: 16_384 },
  llamaswap: { loads: true, contextTokens: 16_384 },
  vllm: { loads: true, contextTokens: 16_384 },
};

for (const [name, expected] of Object.entries(kinds)) {
  const kind = name as keyof typeof kinds;
  describe(`a model server of the kind ${kind}`, () => {
    let server: LocalServer;
    let answer: LocalAnswer;

    beforeEach(async () => {
      answer = { text: 'I look at it.' };
      server = await startLocalServer(kind, () => answer);
    });
    afterEach(() => server.close());

    const address = (model = 'small') =>
      modelAddress(kind === 'openai' ? `${server.url}/v1` : server.url, {
        endpoint: { kind },
        deployment: { model },
        timeouts,
      });
    const models = (): Promise<ModelServer> => openModelServer(address(), 'sk-local');
    const ask = async (model = 'small', signal = never): Promise<{ reply: ModelReply; shown: string }> => {
      const transport = await openTransport(address(model), 'sk-local');
      let shown = '';
      const listen = (text: string): void => {
        shown += text;
      };
      return { reply: await transport.complete(request, listen, signal), shown };
    };

    it('lists its models', async () => {
      const listed = await (await models()).list(never);
      assert.deepEqual(listed.map((model) => model.name).sort(), ['large', 'small']);
      assert.deepEqual(
        listed.map(({ loaded }) => loaded),
        expected.loads ? (kind === 'vllm' ? [true, true] : [true, false]) : [undefined, undefined],
      );
    });

    it('says what a model holds', async () => {
      const { facts } = await openTransport(address(), 'sk-local');
      assert.equal((await facts?.(never))?.contextTokens, expected.contextTokens);
      assert.deepEqual(
        await (await openTransport(address('unknown'), undefined)).facts?.(never).then(({ price }) => price),
        undefined,
      );
    });

    it('streams text and calls, and counts', async () => {
      answer = { text: 'Grüße, 世界 🧙', calls: [{ name: 'look', args: { at: 'ä' } }] };
      const { reply, shown } = await ask();
      assert.deepEqual([reply.text, shown, reply.finish], [answer.text, answer.text, 'tool-calls']);
      assert.deepEqual(
        reply.calls.map((call) => [call.name, call.arguments]),
        [['look', '{"at":"ä"}']],
      );
      assert.deepEqual([reply.usage.inputTokens, reply.usage.outputTokens], [100, 20]);
      assert.equal(reply.warning, undefined);
    });

    it('tells a cut, a silence, an unknown model and a closed port apart', async () => {
      answer = { text: 'I look', ends: 'silence' };
      assert.equal(await faultOf(ask()), 'STALLED');
      answer = { text: 'I look', ends: 'cut' };
      assert.equal(await faultOf(ask()), 'TRUNCATED');
      assert.equal(await faultOf(ask('unknown')), 'MODEL_NOT_FOUND');
      await server.close();
      assert.equal(await faultOf(ask()), 'NETWORK');
      server = await startLocalServer(kind, () => answer);
    });

    it('makes a vector of each text, in order', async () => {
      const { embed } = await openTransport(address(), 'sk-local');
      assert.deepEqual(await embed?.(['a', 'bb'], never), [
        [1, 97],
        [2, 98],
      ]);
    });

    it('is recognised by its own routes, also below a path, and gets no key for it', async () => {
      for (const at of [server.url, `${server.url}/v1`, `${server.url}/behind/a/path/v1/`]) {
        const anonymous = modelAddress(at, { endpoint: { kind: 'openai' } });
        const recognised = await (await openModelServer(anonymous, undefined)).recognise?.(never);
        assert.equal(recognised, kind === 'openai' ? undefined : kind, at);
      }
    });

    it('holds an answer to a shape, in its own words, until it refuses to', async () => {
      const transport = await openTransport(address(), 'sk-local');
      const schema = { name: 'verdict', schema: { type: 'object', properties: {}, additionalProperties: false } };
      await transport.complete({ ...request, schema }, () => undefined, never);
      await transport.complete({ ...request, schema, omit: new Set(['response_format']) }, () => undefined, never);
      const asked = server.requests.filter(({ route }) => /\/(chat|completions)$/.test(route)).map(({ body }) => body);
      assert.deepEqual(
        asked.map((body) => body[kind === 'ollama' ? 'format' : 'response_format']),
        [
          kind === 'ollama' ? schema.schema : { type: 'json_schema', json_schema: { ...schema, strict: true } },
          undefined,
        ],
      );
    });

    it('is cancelled in the middle', async () => {
      answer = { text: 'I look', ends: 'silence' };
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 40);
      await assert.rejects(ask('small', controller.signal), { kind: 'cancelled' });
    });

    if (expected.loads) {
      it('unloads a model and loads it again', async () => {
        const { load, unload, list } = await models();
        const words: string[] = [];
        await unload?.('small', never);
        assert.equal((await list(never)).find((model) => model.name === 'small')?.loaded, false);
        await load?.('small', { contextTokens: 8192, keepAlive: '5m' }, (said) => words.push(said), never);
        assert.equal((await list(never)).find((model) => model.name === 'small')?.loaded, true);
        assert.ok(words.length > 0);
      });
    } else {
      it('loads nothing by hand', async () => assert.equal((await models()).load, undefined));
    }
  });
}

describe('a llama.cpp router', () => {
  let server: LocalServer;
  let answer: LocalAnswer;
  const large = () => {
    const written = { kind: 'llamacpp', baseURL: server.url, model: 'large' };
    return { desk: routerOf(written).desk, id: 'model/large' };
  };
  beforeEach(async () => {
    server = await startLocalServer('llamacpp', () => answer);
  });
  afterEach(() => server.close());

  it('tells how far a load is', async () => {
    answer = { text: '' };
    const { desk, id } = large();
    const said: string[] = [];
    await desk.load(id, (words) => said.push(words), never);
    assert.ok(said.includes('Loading large: text model 50 %'), said.join('\n'));
    assert.ok(server.loaded.has('large'));
    // Once more is no failure.
    await desk.load(id, () => undefined, never);
  });

  it('says when a load failed', async () => {
    answer = { text: '', load: 'fails' };
    const { desk, id } = large();
    await assert.rejects(
      desk.load(id, () => undefined, never),
      { code: 'LOAD_FAILED' },
    );
  });

  it('is told when nobody waits for a load any more', async () => {
    answer = { text: '', load: 'lasts' };
    const { desk, id } = large();
    const cancel = new AbortController();
    const loading = desk.load(id, (words) => (words.includes('%') ? cancel.abort() : undefined), cancel.signal);
    await assert.rejects(loading);
    const { route, body } = server.requests.at(-1) ?? {};
    assert.deepEqual([route, body], ['POST /models/unload', { model: 'large' }]);
  });

  it('loads what it has besides the configured model', async () => {
    answer = { text: '' };
    const { desk } = large();
    server.loaded.clear();
    await desk.load('model/small', () => undefined, never);
    assert.deepEqual([...server.loaded], ['small']);
    await desk.unload('model/small', never);
    assert.deepEqual([...server.loaded], []);
    await assert.rejects(
      desk.load('elsewhere/small', () => undefined, never),
      { code: 'NO_DEPLOYMENT' },
    );
  });
});

describe('Ollama', () => {
  let server: LocalServer;
  let context = 16_384;
  before(async () => {
    server = await startLocalServer('ollama', () => ({ text: 'Yes.', context }));
  });
  after(() => server.close());

  it('gets the room that was configured, images, calls and answers in its own words', async () => {
    const address = modelAddress(server.url, {
      endpoint: { kind: 'ollama' },
      deployment: { model: 'small', context: 12_000, keepAlive: '1h', output: 500 },
    });
    await (await openTransport(address, undefined)).complete(request, () => undefined, never);
    const sent = server.requests.find(({ route }) => route === 'POST /api/chat')?.body;
    assert.deepEqual(sent?.['options'], { num_ctx: 12_000, num_predict: 500 });
    assert.equal(sent?.['keep_alive'], '1h');
    assert.deepEqual(sent?.['messages'], [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Look', images: ['AAAA'] },
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'look', arguments: { at: 'it' } } }] },
      { role: 'tool', tool_name: 'look', content: 'seen' },
    ]);
  });

  it('never takes an answer that was cut off for a whole one, whatever the byte', async () => {
    const call = { function: { name: 'look', arguments: { at: 'ü' } } };
    const lines = [
      { message: { role: 'assistant', content: 'I look 🧙' }, done: false },
      { message: { role: 'assistant', content: '', tool_calls: [call] }, done: false },
      {
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 9,
        eval_count: 4,
      },
    ];
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    let cut = 0;
    const cutter = createServer((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end(bytes.subarray(0, cut));
    });
    const port = await new Promise<number>((listening) =>
      cutter.listen(0, '127.0.0.1', () => listening((cutter.address() as AddressInfo).port)),
    );
    const address = modelAddress(`http://127.0.0.1:${port}`, { endpoint: { kind: 'ollama' } });
    for (cut = 0; cut <= bytes.length; cut += 1) {
      const transport = await openTransport(address, undefined);
      const outcome = await transport.complete(request, () => undefined, never).catch((error: unknown) => error);
      if (isMagusError(outcome)) assert.equal(outcome.code, 'TRUNCATED', `byte ${cut}`);
      else if ((outcome as ModelReply).finish === 'tool-calls') assert.ok(cut >= bytes.length - 1, `byte ${cut}`);
      else assert.equal((outcome as ModelReply).finish, 'cut', `byte ${cut}`);
    }
    cutter.close();
  });

  it('warns when the prompt was cut', async () => {
    context = 4096;
    const address = modelAddress(server.url, { endpoint: { kind: 'ollama' }, deployment: { model: 'small' } });
    const transport = await openTransport(address, undefined);
    const long = { ...request, messages: [{ role: 'user', content: 'many words '.repeat(4000) }] } as const;
    const { warning } = await transport.complete(long, () => undefined, never);
    assert.match(warning ?? '', /4096 tokens of context.*probably cut.*“context”/s);
  });
});

describe('a model server that nobody configured', () => {
  it('is found where such servers listen, with a model that is loaded', async () => {
    const server = await startLocalServer('lmstudio', () => ({ text: '' }));
    server.loaded.clear();
    server.loaded.add('large');
    const places = [
      ['ollama', 'http://127.0.0.1:9'],
      ['llamacpp', server.url],
      ['lmstudio', server.url],
    ] as const;
    assert.deepEqual(await findLocalModel(places), { kind: 'lmstudio', baseURL: server.url, model: 'large' });
    await server.close();
    assert.equal(await findLocalModel(places), undefined);
  });
});

describe('a compatible server that is none of those which usually listen there', () => {
  it('is not taken for one of them', async () => {
    const server = await startLocalServer('openai', () => ({ text: '' }));
    const kindsThere = ['litellm', 'vllm', 'llamacpp'] as const;
    assert.equal(await findLocalModel(kindsThere.map((kind) => [kind, server.url] as const)), undefined);
    await server.close();
  });
});

describe('LiteLLM', () => {
  it('tells the smallest room and the dearest price of what shares a name', async () => {
    const server = await startLocalServer('litellm', () => ({ text: '' }));
    const listed = await (await openModelServer(modelAddress(server.url, { endpoint: { kind: 'litellm' } }), 'k')).list(
      never,
    );
    await server.close();
    assert.deepEqual(listed, [
      { name: 'small', contextTokens: 16_000, price: { input: 2, output: 2 }, images: false },
      { name: 'large', contextTokens: 64_000, tools: true, schema: false },
    ]);
  });
});

async function faultOf(asked: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return isMagusError(error) ? error.code : String(error);
}
