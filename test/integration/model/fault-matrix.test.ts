import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod/mini';
import { isMagusError, type MagusError } from '../../../src/core/errors/magus-error.ts';
import { askForJson } from '../../../src/core/models/ask-for-json.ts';
import type { FailedAttempt } from '../../../src/protocol/task-event.ts';
import { askRouter, leapingClock, routerOf } from '../../support/router-rig.ts';
import { type ScriptedModel, type ScriptedReply, startScriptedModel } from '../../support/scripted-model.ts';

const timeouts = { firstByteMs: 250, idleMs: 150, totalMs: 5000 };
const partial = 'I will look into the file';
const rest = ' and mend it.';

interface Row {
  readonly reply: ScriptedReply;
  readonly fault: string;
  /** How often a deployment that always fails so is asked when it is alone. */
  readonly alone: number;
  /** And when a healthy peer is there; 1 unless said. */
  readonly beside?: number;
  /** A peer does not help: the error comes at once. */
  readonly fails?: true;
  /** What it waits between its tries when it is alone: as the table says for its fault, unless the server named a time. */
  readonly waits?: readonly number[];
}

/** Between the tries of a deployment that is alone, in milliseconds: never more than this, nor oftener. */
const tableWaits: Readonly<Record<string, readonly number[]>> = {
  network: [300, 1000],
  'first-byte-late': [300],
  stalled: [300],
  truncated: [0],
  protocol: [300],
  rate: [1000, 2000, 4000, 8000, 16_000],
  overloaded: [300, 1000],
  server: [300, 1000],
  quota: [],
  auth: [],
  'model-not-found': [],
  'context-too-long': [],
  'content-refused': [],
  'bad-request': [0],
  'model-unloaded': [0],
};
/** How long one try may last: its timer, and what a slow machine needs for the exchange itself. */
const timerMs: Readonly<Record<string, number>> = { 'first-byte-late': timeouts.firstByteMs, stalled: timeouts.idleMs };
const machineMs = 4000;

const complaint = (status: number, error: Readonly<Record<string, unknown>>): ScriptedReply => ({
  status,
  body: { error },
});
const frame = (error: Readonly<Record<string, unknown>>): string => `data: ${JSON.stringify({ error })}\n\n`;
const text = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: partial } }] })}\n\n`;
const finish = (reason: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })}\n\n`;

const beforeOutput: Readonly<Record<string, Row>> = {
  'first byte late': { reply: { delayMs: 400, text: 'late' }, fault: 'first-byte-late', alone: 2 },
  'headers, then silence': { reply: { silence: true }, fault: 'stalled', alone: 2 },
  'cut before any text': { reply: { cut: true }, fault: 'truncated', alone: 2, beside: 2 },
  'an empty stream': { reply: { rawFrames: [] }, fault: 'truncated', alone: 2, beside: 2 },
  'half a frame': { reply: { rawFrames: ['data: {"choi'] }, fault: 'truncated', alone: 2, beside: 2 },
  'half a character': {
    reply: { rawFrames: [Uint8Array.of(100, 97, 116, 97, 58, 0xc3)] },
    fault: 'truncated',
    alone: 2,
    beside: 2,
  },
  'no finish reason': { reply: { text: '', finish: null }, fault: 'truncated', alone: 2, beside: 2 },
  'a web page': {
    reply: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>login</html>' },
    fault: 'protocol',
    alone: 2,
  },
  'an error in a 200': { reply: { body: { error: { message: 'boom' } } }, fault: 'protocol', alone: 2 },
  'overloaded in a 200': {
    reply: { body: { error: { message: 'x', type: 'overloaded_error' } } },
    fault: 'overloaded',
    alone: 3,
  },
  'a frame that is no JSON': { reply: { rawFrames: ['data: hello\n\n'] }, fault: 'protocol', alone: 2 },
  'a frame above 8 MB': { reply: { rawFrames: [`data: ${'x'.repeat(9 << 20)}`] }, fault: 'protocol', alone: 2 },
  'a redirect': {
    reply: { status: 307, headers: { location: 'http://elsewhere.example/v1' } },
    fault: 'protocol',
    alone: 2,
  },
  '429 for an hour': { reply: { status: 429, headers: { 'retry-after': '3600' } }, fault: 'rate', alone: 1 },
  '429 for 20 s': {
    reply: { status: 429, headers: { 'retry-after': '20' } },
    fault: 'rate',
    alone: 4,
    waits: [20_000, 20_000, 20_000],
  },
  '429 and no word': { reply: { status: 429 }, fault: 'rate', alone: 6 },
  '500': { reply: { status: 500 }, fault: 'server', alone: 3 },
  '502': { reply: { status: 502, body: 'Bad Gateway' }, fault: 'server', alone: 3 },
  '503': { reply: { status: 503 }, fault: 'overloaded', alone: 3 },
  '529': { reply: { status: 529 }, fault: 'overloaded', alone: 3 },
  quota: {
    reply: complaint(429, { message: 'You exceeded your current quota', code: 'insufficient_quota' }),
    fault: 'quota',
    alone: 1,
  },
  '402': { reply: { status: 402 }, fault: 'quota', alone: 1 },
  'the budget of a virtual key': {
    reply: complaint(400, {
      message: 'ExceededBudget: Budget has been exceeded! Current cost: 2, Max budget: 1',
      type: 'budget_exceeded',
    }),
    fault: 'quota',
    alone: 1,
  },
  '401': { reply: { status: 401 }, fault: 'auth', alone: 1 },
  '403': { reply: { status: 403 }, fault: 'auth', alone: 1 },
  'an unknown model': {
    reply: complaint(404, { message: 'The model `scripted` does not exist' }),
    fault: 'model-not-found',
    alone: 1,
  },
  'context too long': {
    reply: complaint(400, { message: 'too long', code: 'context_length_exceeded' }),
    fault: 'context-too-long',
    alone: 1,
    fails: true,
  },
  '413': { reply: { status: 413 }, fault: 'context-too-long', alone: 1, fails: true },
  'content refused': {
    reply: complaint(400, { message: 'no', code: 'content_filter' }),
    fault: 'content-refused',
    alone: 1,
  },
  'a bad request': {
    reply: complaint(400, { message: 'messages[1] is strange' }),
    fault: 'bad-request',
    alone: 1,
    fails: true,
  },
  'an option it always rejects': {
    reply: complaint(400, { message: 'Unknown parameter: stream_options' }),
    fault: 'bad-request',
    alone: 2,
    fails: true,
  },
  'a model that was unloaded': {
    reply: complaint(400, { message: 'No models loaded. Please load a model.' }),
    fault: 'model-unloaded',
    alone: 2,
    beside: 2,
  },
};

const afterOutput: Readonly<Record<string, Row>> = {
  silence: { reply: { text: partial, silence: true }, fault: 'stalled', alone: 2 },
  'a cut': { reply: { text: partial, cut: true }, fault: 'truncated', alone: 2, beside: 2 },
  'no finish reason': { reply: { text: partial, finish: null }, fault: 'truncated', alone: 2, beside: 2 },
  'half a frame': { reply: { rawFrames: [text, 'data: {"ch'] }, fault: 'truncated', alone: 2, beside: 2 },
  'a rate limit': { reply: { rawFrames: [text, frame({ message: 'slow down', code: 429 })] }, fault: 'rate', alone: 6 },
  overload: {
    reply: { rawFrames: [text, frame({ message: 'x', type: 'overloaded_error' })] },
    fault: 'overloaded',
    alone: 3,
  },
  'a server error': { reply: { rawFrames: [text, frame({ message: 'x', code: 500 })] }, fault: 'server', alone: 3 },
  'a frame that is no JSON': {
    reply: { rawFrames: [text, 'data: hello\n\n'] },
    fault: 'protocol',
    alone: 1,
    fails: true,
  },
  'the end of the quota': {
    reply: { rawFrames: [text, frame({ message: 'x', code: 'insufficient_quota' })] },
    fault: 'quota',
    alone: 1,
    fails: true,
  },
  'the end of the key': {
    reply: { rawFrames: [text, frame({ message: 'x', code: 'invalid_api_key' })] },
    fault: 'auth',
    alone: 1,
    fails: true,
  },
  'refused content': {
    reply: { rawFrames: [text, finish('content_filter')] },
    fault: 'content-refused',
    alone: 1,
    fails: true,
  },
};

describe('the fault matrix', () => {
  let broken: ScriptedModel;
  let healthy: ScriptedModel;
  let reply: (request: number) => ScriptedReply;
  let asked = 0;

  before(async () => {
    broken = await startScriptedModel(() => reply(asked++));
    healthy = await startScriptedModel(({ messages }) => ({ text: continues(messages) ? rest : 'All is well.' }));
  });
  after(async () => {
    await broken.close();
    await healthy.close();
  });
  beforeEach(() => {
    asked = 0;
  });

  for (const [when, rows] of Object.entries({ before: beforeOutput, after: afterOutput })) {
    for (const [name, row] of Object.entries(rows)) {
      const begun = when === 'after';
      it(`${name}, ${when} output, alone: ${row.alone} tries, then the trail`, async () => {
        reply = () => row.reply;
        const clock = leapingClock();
        const { error, failed } = await refused(alone(), clock);
        assert.equal(asked, row.alone);
        assert.equal(error.code, row.fault.toUpperCase().replaceAll('-', '_'));
        assert.equal(failed.length, row.alone);
        assert.ok(failed.every(({ fault, afterOutput: shown }) => fault === row.fault && shown === begun));
        if (row.alone > 1) assert.match(error.message, new RegExp(`${row.alone}\\. broken/scripted:`));
        assertNoSlower(row, failed, clock.sleeps);
      });

      it(`${name}, ${when} output, with a healthy peer`, async () => {
        reply = () => row.reply;
        const clock = leapingClock();
        if (row.fails) {
          const { error, failed } = await refused(together(), clock);
          assert.equal(error.code, row.fault.toUpperCase().replaceAll('-', '_'));
          assert.equal(asked, row.alone);
          assertNoSlower(row, failed, clock.sleeps);
          return;
        }
        const { reply: answer, shown, failed } = await askRouter(routerOf(together(), { clock }));
        assert.equal(asked, row.beside ?? 1);
        assert.equal(answer.deployment, 'healthy/scripted');
        // What is repeated after a cut is left out.
        assert.equal(answer.text, begun ? `${partial}${rest}` : 'All is well.');
        assert.equal(shown, answer.text);
        assert.ok(failed.every(({ fault }) => fault === row.fault));
        // With a peer nobody waits for anything but the timer that found the fault.
        assert.deepEqual(clock.sleeps, []);
        assertNoSlower({ ...row, alone: 1 }, failed, []);
        if (begun) assert.ok(continues(healthy.requests.at(-1)?.messages ?? []));
      });

      if (row.alone > 1 && !row.fails)
        it(`${name}, ${when} output, once: the same deployment goes on`, async () => {
          reply = (request) => (request === 0 ? row.reply : { text: begun ? rest : 'Here I am.' });
          const { reply: answer, shown } = await askRouter(routerOf(alone()));
          assert.equal(answer.text, begun ? `${partial}${rest}` : 'Here I am.');
          assert.equal(shown, answer.text);
          assert.equal(asked, 2);
        });
    }
  }

  it('a closed port, alone and with a peer', async () => {
    const closed = await closedPort();
    const written = withEndpoint(closed);
    const clock = leapingClock();
    const { error, failed } = await refused(written(false), clock);
    assert.deepEqual([error.code, failed.length], ['NETWORK', 3]);
    assertNoSlower({ reply: {}, fault: 'network', alone: 3 }, failed, clock.sleeps);
    assert.equal((await askRouter(routerOf(written(true)))).reply.deployment, 'healthy/scripted');
  });

  it('an option that is rejected is left out, and stays left out', async () => {
    reply = () => {
      const sent = broken.requests.at(-1)?.raw.includes('stream_options');
      return sent ? complaint(400, { message: 'Unknown parameter: stream_options' }) : { text: 'Here I am.' };
    };
    const router = routerOf(alone());
    assert.equal((await askRouter(router)).reply.text, 'Here I am.');
    assert.equal((await askRouter(router)).reply.text, 'Here I am.');
    assert.equal(asked, 3);
  });

  for (const said of [
    "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model",
    'JSON schema conversion failed: Unrecognized schema',
    'failed to parse grammar',
  ])
    it(`an answer's shape that is rejected (“${said.slice(0, 30)}”) is asked for in words alone`, async () => {
      reply = () => {
        const sent = broken.requests.at(-1)?.raw.includes('"response_format"');
        return sent ? complaint(400, { message: said }) : { text: '```json\n{"lessons":["Run it."]}\n```' };
      };
      const router = routerOf(alone());
      const question = {
        purpose: 'summarise',
        messages: [{ role: 'user', content: 'What was learned?' }],
        name: 'lessons',
        shape: z.object({ lessons: z.array(z.string()) }),
      } as const;
      const listener = { onText: () => undefined, onAttemptFailed: () => undefined };
      for (let run = 0; run < 2; run += 1)
        assert.deepEqual((await askForJson(router, question, listener, new AbortController().signal)).value, {
          lessons: ['Run it.'],
        });
      assert.equal(asked, 3);
    });

  it('a redirect to another host does not get the key', async () => {
    let authorization: string | undefined;
    let visits = 0;
    const thief = createServer((request, response) => {
      visits += 1;
      ({ authorization } = request.headers);
      response.end('{}');
    });
    const port = await new Promise<number>((listening) =>
      thief.listen(0, '127.0.0.1', () => listening((thief.address() as AddressInfo).port)),
    );
    reply = () => ({ status: 307, headers: { location: `http://127.0.0.1:${port}/v1/chat/completions` } });
    const { error } = await refused(alone(), leapingClock(), { broken: 'sk-secret' });
    thief.close();
    assert.deepEqual([visits, authorization], [0, undefined]);
    assert.match(error.message, /redirect to http:\/\/127\.0\.0\.1:\d+, where the key was not sent/);
  });

  function alone(): unknown {
    return withEndpoint(broken.url)(false);
  }
  function together(): unknown {
    return withEndpoint(broken.url)(true);
  }
  function withEndpoint(baseURL: string): (peer: boolean) => unknown {
    return (peer) => ({
      endpoints: { broken: { kind: 'openai', baseURL }, healthy: { kind: 'openai', baseURL: healthy.url } },
      groups: {
        main: [
          { endpoint: 'broken', model: 'scripted', order: 1 },
          ...(peer ? [{ endpoint: 'healthy', model: 'scripted', order: 2 }] : []),
        ],
      },
      routing: { primary: 'main' },
      timeouts,
    });
  }
});

/**
 * Not slower than the table says: the waits between the tries are those of its row (one that began while the answer came in is
 * shorter by that), and no try lasts longer than the timer that ends it.
 */
function assertNoSlower(row: Row, failed: readonly FailedAttempt[], sleeps: readonly number[]): void {
  const allowed = (row.waits ?? tableWaits[row.fault] ?? []).slice(0, row.alone - 1).filter((ms) => ms > 0);
  assert.equal(sleeps.length, allowed.length, `waits: ${sleeps.join(', ')}`);
  for (const [index, ms] of sleeps.entries()) {
    const most = allowed[index] ?? 0;
    assert.ok(ms <= most && ms > most - machineMs, `wait ${index + 1} of ${ms} ms, where the table says ${most}`);
  }
  const timer = timerMs[row.fault] ?? 0;
  for (const { durationMs } of failed)
    assert.ok(durationMs >= timer - 20 && durationMs <= timer + machineMs, `a try of ${durationMs} ms, timer ${timer}`);
}

function continues(messages: readonly { readonly role: string; readonly content?: unknown }[]): boolean {
  return messages.some(({ role, content }) => role === 'assistant' && String(content).startsWith(partial));
}

async function refused(
  written: unknown,
  clock = leapingClock(),
  keys: Readonly<Record<string, string>> = {},
): Promise<{ error: MagusError; failed: readonly FailedAttempt[] }> {
  const heard = { shown: '', failed: [] as FailedAttempt[] };
  const error: unknown = await askRouter(routerOf(written, { clock, keys }), {}, heard).then(
    () => assert.fail('it answered'),
    (thrown: unknown) => thrown,
  );
  if (!isMagusError(error)) throw error;
  return { error, failed: heard.failed };
}

async function closedPort(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((listening) =>
    server.listen(0, '127.0.0.1', () => listening((server.address() as AddressInfo).port)),
  );
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}/v1`;
}
