import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { openTransport } from '../../../src/adapters/models/open-transport.ts';
import { isMagusError, type MagusError } from '../../../src/core/errors/magus-error.ts';
import type { DeploymentAddress, TransportRequest } from '../../../src/core/models/transport.ts';
import type { ChatMessage, ModelReply } from '../../../src/core/ports.ts';
import { modelAddress } from '../../support/model-address.ts';
import {
  playScenario,
  type ScriptedModel,
  type ScriptedReply,
  startScriptedModel,
  streamFrames,
} from '../../support/scripted-model.ts';
import { until } from '../../support/until.ts';

const timeouts = { firstByteMs: 400, idleMs: 200, totalMs: 5000 };
const never = new AbortController().signal;
const omit = new Set<never>();
const request: TransportRequest = {
  purpose: 'act',
  messages: [{ role: 'user', content: 'Hello' }],
  tools: [],
  omit,
};

describe('a model behind an OpenAI-compatible endpoint', () => {
  let server: ScriptedModel;
  let reply: ScriptedReply;
  let shown: string;

  before(async () => {
    server = await startScriptedModel(() => reply);
  });
  after(() => server.close());

  interface Asking {
    readonly baseURL?: string;
    readonly apiKey?: string;
    readonly timeouts?: DeploymentAddress['timeouts'];
  }
  const ask = async (
    asked: TransportRequest = request,
    { baseURL = server.url, apiKey = 'sk-secret-key', ...more }: Asking = {},
    signal = never,
  ): Promise<ModelReply> => {
    shown = '';
    const transport = await openTransport(modelAddress(baseURL, { timeouts, ...more }), apiKey);
    return transport.complete(asked, (text) => (shown += text), signal);
  };
  const fails = async (scripted: ScriptedReply, code: string, kind = 'model-unavailable'): Promise<MagusError> => {
    reply = scripted;
    return await failure(ask(), code, kind);
  };

  it('streams text, collects calls, reasoning and usage', async () => {
    reply = {
      text: 'Grüße, 世界 🧙 and more',
      reasoning: 'hm',
      calls: [
        { name: 'read_file', args: { path: 'ä' } },
        { name: 'b', args: {} },
      ],
      usage: { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 5 } },
      headers: { 'x-litellm-response-cost': '0.0025' },
    };
    const answer = await ask();
    assert.equal(answer.text, 'Grüße, 世界 🧙 and more');
    assert.equal(shown, answer.text);
    assert.equal(answer.reasoning, 'hm');
    assert.equal(answer.finish, 'tool-calls');
    assert.deepEqual(
      answer.calls.map(({ name, arguments: args }) => [name, args]),
      [
        ['read_file', '{"path":"ä"}'],
        ['b', '{}'],
      ],
    );
    assert.deepEqual(answer.usage, { inputTokens: 9, outputTokens: 4, cachedTokens: 5, usd: 0.0025 });
    assert.equal(server.requests.at(-1)?.authorization, 'Bearer sk-secret-key');
  });

  it('tells what a proxy did by itself', async () => {
    reply = { text: 'hi', headers: { 'x-litellm-attempted-fallbacks': '1', 'x-litellm-model-name': 'openai/spare' } };
    assert.deepEqual((await ask()).proxied, { retries: 0, fallbacks: 1, model: 'openai/spare' });
    reply = { text: 'hi', headers: { 'x-litellm-attempted-fallbacks': '0' } };
    assert.equal((await ask()).proxied, undefined);
  });

  it('trims the key and refuses an address that is none', async () => {
    reply = { text: 'hi' };
    await ask(request, { apiKey: 'sk-1234\n' });
    assert.equal(server.requests.at(-1)?.authorization, 'Bearer sk-1234');
    await assert.rejects(ask(request, { baseURL: 'nowhere' }), { kind: 'configuration' });
  });

  it('sends no authorization without a key', async () => {
    reply = { text: 'hi' };
    const transport = await openTransport(modelAddress(server.url), undefined);
    await transport.complete(request, () => undefined, never);
    assert.equal(server.requests.at(-1)?.authorization, undefined);
  });

  it('understands a plain JSON answer', async () => {
    const message = {
      role: 'assistant',
      content: 'hi',
      tool_calls: [{ id: 'x', type: 'function', function: { name: 'a', arguments: '{}' } }],
    };
    reply = { body: { model: 'm', choices: [{ index: 0, finish_reason: 'tool_calls', message }] } };
    const answer = await ask();
    assert.deepEqual(
      [answer.text, answer.finish, answer.calls],
      ['hi', 'tool-calls', [{ id: 'x', name: 'a', arguments: '{}' }]],
    );
    assert.ok(answer.usage.inputTokens > 0);
  });

  it('reports length and a missing finish reason', async () => {
    reply = { calls: [{ name: 'a', args: '{"x":' }], finish: 'length' };
    assert.equal((await ask()).finish, 'length');
    reply = { calls: [{ name: 'a', args: {} }], finish: null };
    const answer = await ask();
    assert.equal(answer.finish, 'cut');
    assert.equal(answer.calls.length, 1);
  });

  it('keeps the bytes of a history that grows', async () => {
    reply = { text: 'ok' };
    const history: ChatMessage[] = [
      { role: 'system', content: 'broken \ud800 half' },
      { role: 'user', content: 'see', images: ['data:image/png;base64,AA'] },
      { role: 'assistant', content: '', calls: [{ id: 'c1', name: 'a', arguments: '{}' }], reasoning: 'because' },
      { role: 'tool', callId: 'c1', content: 'done' },
    ];
    const tool = (name: string) => ({ name, description: name, parameters: { type: 'object' } });
    await ask({ ...request, messages: history, tools: [tool('b'), tool('a')] });
    await ask({
      ...request,
      messages: [...history, { role: 'user', content: 'go' }],
      tools: [tool('a'), tool('b')],
    });
    const [shorter, longer] = server.requests.slice(-2);
    assert.ok(shorter !== undefined && longer !== undefined);
    assert.ok(longer.raw.startsWith(shorter.raw.slice(0, -2)));
    assert.deepEqual(longer.tools, ['a', 'b']);
    assert.equal(longer.messages[0]?.content, 'broken \ufffd half');
    assert.equal(longer.messages[2]?.reasoning_content, 'because');
    assert.deepEqual(longer.messages[1]?.content, [
      { type: 'text', text: 'see' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
    ]);
  });

  it('tells the faults of a status apart', async () => {
    const complaint = (message: string, code?: string) => ({ error: { message, code } });
    await fails({ status: 401 }, 'AUTH', 'configuration');
    await fails({ status: 404 }, 'MODEL_NOT_FOUND', 'configuration');
    await fails({ status: 429, body: complaint('no', 'insufficient_quota') }, 'QUOTA', 'configuration');
    await fails({ status: 400, body: complaint('too much', 'context_length_exceeded') }, 'CONTEXT_TOO_LONG');
    await fails({ status: 400, body: complaint('no', 'content_filter') }, 'CONTENT_REFUSED');
    await fails({ status: 422 }, 'BAD_REQUEST');
    await fails({ status: 500 }, 'SERVER');
    await fails({ status: 529 }, 'OVERLOADED');
    const rate = await fails({ status: 429, headers: { 'retry-after': '7' } }, 'RATE');
    assert.equal(rate.details['retryAfterMs'], 7000);
    assert.equal(rate.retryable, true);
  });

  it('never shows the key', async () => {
    const error = await fails(
      { status: 401, body: { error: { message: 'Incorrect API key sk-secret-key' } } },
      'AUTH',
      'configuration',
    );
    assert.ok(!error.message.includes('sk-secret-key'));
    assert.ok(error.message.includes('key'));
  });

  it('takes a web page, an error inside a 200 and garbage for what they are', async () => {
    await fails({ body: '<html>login</html>', headers: { 'content-type': 'text/html' } }, 'PROTOCOL');
    await fails({ body: { error: { message: 'boom' } } }, 'PROTOCOL');
    await fails({ rawFrames: ['data: {"error":{"message":"slow down","code":429}}\n\n'] }, 'RATE');
    await fails({ rawFrames: ['hello\nworld'] }, 'PROTOCOL');
    await fails({ rawFrames: ['data: {"choices": nonsense}\n\n'] }, 'PROTOCOL');
    await fails({ rawFrames: ['data: {"choices":[{"del'] }, 'TRUNCATED');
    await fails({ rawFrames: [] }, 'TRUNCATED');
    await fails({ rawFrames: [`data: ${'x'.repeat(9 * 1024 * 1024)}`] }, 'PROTOCOL');
  });

  it('notices a cut connection, and one that was never there', async () => {
    await fails({ text: 'half an answer', cut: true }, 'TRUNCATED');
    const closed = createServer();
    const port = await new Promise<number>((listening) =>
      closed.listen(0, '127.0.0.1', () => listening((closed.address() as { port: number }).port)),
    );
    await new Promise((done) => closed.close(done));
    const error = await failure(ask(request, { baseURL: `http://127.0.0.1:${port}/v1` }), 'NETWORK');
    assert.match(error.message, /ECONNREFUSED/);
  });

  it('notices silence in time and destroys the socket', async () => {
    const start = performance.now();
    await fails({ text: 'half', silence: true }, 'STALLED');
    const tookMs = performance.now() - start;
    // By the limit for silence, not by the one for the whole.
    assert.ok(tookMs >= timeouts.idleMs - 5 && tookMs < timeouts.totalMs / 2, `${tookMs} ms`);
    await until(() => server.requests.at(-1)?.abandonedAt !== undefined);
    await fails({ text: 'late', delayMs: 700 }, 'FIRST_BYTE_LATE');
  });

  it('ends an answer that trickles for ever', async () => {
    reply = { text: 'x'.repeat(600), chunkDelayMs: 50 };
    const hurried = ask(request, { timeouts: { ...timeouts, totalMs: 300 } });
    assert.equal((await failure(hurried, 'STALLED')).retryable, false);
  });

  it('uses a connection again after a whole answer', async () => {
    reply = { text: 'hi' };
    const ports = new Set<number | undefined>();
    for (let time = 0; time < 4; time += 1) {
      await ask();
      ports.add(server.requests.at(-1)?.clientPort);
      await new Promise((done) => setTimeout(done, 20));
    }
    assert.equal(ports.size, 1);
  });

  it('is cancelled by the signal', async () => {
    reply = { text: 'half', silence: true };
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await failure(ask(request, {}, controller.signal), undefined, 'cancelled');
  });

  it('never takes a call that was cut off for a whole one, whatever the byte', async () => {
    const stream = [
      ...streamFrames('m', { text: 'é🧙', calls: [{ name: 'write_file', args: { path: 'ü' } }] }, () => 'call_1'),
    ].join('');
    const bytes = Buffer.from(stream);
    let whole = 0;
    const finishEnds = bytes.indexOf('}', bytes.indexOf('"finish_reason":"tool_calls"')) + 3;
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      reply = { rawFrames: [bytes.subarray(0, cut)] };
      const outcome = await ask().then(
        (answer) => answer,
        (thrown: unknown) => (isMagusError(thrown) ? thrown : assert.fail(String(thrown))),
      );
      if (isMagusError(outcome)) {
        assert.equal(outcome.code, 'TRUNCATED', `byte ${cut}`);
        assert.ok(cut < finishEnds, `byte ${cut}`);
      } else if (outcome.finish === 'tool-calls') {
        whole += 1;
        assert.ok(cut >= finishEnds - 1, `byte ${cut}`);
        assert.equal(outcome.calls[0]?.arguments, '{"path":"ü"}');
        assert.equal(outcome.text, 'é🧙');
      } else assert.equal(outcome.finish, 'cut', `byte ${cut}`);
    }
    assert.ok(whole > 0);
  });

  it('reads characters and line ends split between chunks', async () => {
    const stream = [...streamFrames('m', { text: 'é🧙世' }, () => 'c')].join('').replaceAll('\n', '\r\n');
    reply = { rawFrames: [...Buffer.from(stream)].map((byte) => Uint8Array.of(byte)) };
    const answer = await ask();
    assert.deepEqual([answer.text, answer.finish], ['é🧙世', 'stop']);
  });
});

describe('a scenario', () => {
  it('plays a turn when its tool is offered and the rest in order', async () => {
    const server = await startScriptedModel(
      playScenario({
        turns: [{ when: { tool: 'propose_plan' }, text: 'plan' }, { text: 'first' }, { text: 'second' }],
      }),
    );
    const transport = await openTransport(modelAddress(server.url), undefined);
    const planning = { ...request, tools: [{ name: 'propose_plan', description: '', parameters: {} }] };
    const texts: string[] = [];
    for (const asked of [request, planning, request, request]) {
      texts.push((await transport.complete(asked, () => undefined, never)).text);
    }
    await server.close();
    assert.deepEqual(texts, ['first', 'plan', 'second', 'Done.']);
  });
});

async function failure(
  asked: Promise<ModelReply>,
  code: string | undefined,
  kind = 'model-unavailable',
): Promise<MagusError> {
  const thrown: unknown = await asked.then(
    () => assert.fail(`expected ${code}`),
    (error: unknown) => error,
  );
  if (!isMagusError(thrown)) throw thrown;
  assert.deepEqual([thrown.code, thrown.kind], [code, kind], thrown.message);
  return thrown;
}
