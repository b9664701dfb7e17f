import { setTimeout as sleep } from 'node:timers/promises';
import { askRouter, routerOf } from '../support/router-rig.ts';
import { type ScriptedReply, startScriptedModel } from '../support/scripted-model.ts';
import { clientPackages } from './peers.ts';

/**
 * What becomes of an answer when the server fails in one of 32 ways, beside other clients with their own retries. Handled
 * is: the whole text where the server recovers, an error where it never does, and neither later than patience allows.
 */
const patienceMs = 6000;
const whole = 'The total is computed by adding every price.';
const half = 'The total is computed by';

interface Scenario {
  readonly fault: ScriptedReply;
  /** After how many faults the server is well again; Infinity: never. */
  readonly times: number;
}

const error = (status: number, code: string): ScriptedReply => ({ status, body: { error: { message: code, code } } });
const frame = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const text = frame({ choices: [{ index: 0, delta: { content: half } }] });
const once = (fault: ScriptedReply): Scenario => ({ fault, times: 1 });
const always = (fault: ScriptedReply): Scenario => ({ fault, times: Number.POSITIVE_INFINITY });

const scenarios: Readonly<Record<string, Scenario>> = {
  '500 once': once({ status: 500 }),
  '502 once': once({ status: 502, body: 'Bad Gateway' }),
  '503 once': once({ status: 503 }),
  '529 once': once({ status: 529 }),
  '429 once': once({ status: 429 }),
  '429 once, retry after 1 s': once({ status: 429, headers: { 'retry-after': '1' } }),
  '503 twice': { fault: { status: 503 }, times: 2 },
  'overloaded in a 200, once': once({ body: { error: { message: 'x', type: 'overloaded_error' } } }),
  'an error in a 200, once': once({ body: { error: { message: 'x' } } }),
  'a web page, once': once({ headers: { 'content-type': 'text/html' }, status: 200, body: '<html>' }),
  'a frame that is no JSON, once': once({ rawFrames: ['data: hello\n\n'] }),
  'an empty stream, once': once({ rawFrames: [] }),
  'half a frame, once': once({ rawFrames: ['data: {"choi'] }),
  'late, once': once({ delayMs: 60_000 }),
  'silent after the headers, once': once({ silence: true }),
  'cut after the headers, once': once({ cut: true }),
  'silent after text, once': once({ text: half, silence: true }),
  'cut after text, once': once({ text: half, cut: true }),
  'no finish reason, once': once({ text: half, finish: null }),
  'half a frame after text, once': once({ rawFrames: [text, 'data: {"ch'] }),
  'a rate limit after text, once': once({ rawFrames: [text, frame({ error: { message: 'x', code: 429 } })] }),
  'overload after text, once': once({
    rawFrames: [text, frame({ error: { message: 'x', type: 'overloaded_error' } })],
  }),
  'a server error after text, once': once({ rawFrames: [text, frame({ error: { message: 'x', code: 500 } })] }),
  'an option that is rejected': always(error(400, 'Unknown parameter: stream_options')),
  '401': always({ status: 401 }),
  'no quota': always(error(429, 'insufficient_quota')),
  'an unknown model': always(error(404, 'model_not_found')),
  'a bad request': always(error(400, 'messages[0] is strange')),
  '429 for an hour': always({ status: 429, headers: { 'retry-after': '3600' } }),
  'always a web page': always({ headers: { 'content-type': 'text/html' }, status: 200, body: '<html>' }),
  'always cut after text': always({ text: half, cut: true }),
  'always silent after text': always({ text: half, silence: true }),
};

type Ask = (baseURL: string, signal: AbortSignal) => Promise<string>;

const { OpenAI } = await clientPackages<{ OpenAI: new (options: object) => OpenAiLike }>('openai');
const { createOpenAICompatible } = await clientPackages<{
  createOpenAICompatible(options: object): (model: string) => object;
}>('@ai-sdk/openai-compatible');
const { streamText } = await clientPackages<{
  streamText(options: object): {
    readonly fullStream: AsyncIterable<{ readonly type: string; readonly text?: string; readonly error?: unknown }>;
  };
}>('ai');
const { ChatOpenAI } = await clientPackages<{
  ChatOpenAI: new (
    options: object,
  ) => { stream(question: string, options: object): Promise<AsyncIterable<{ content: string }>> };
}>('@langchain/openai');

interface OpenAiLike {
  readonly chat: {
    readonly completions: {
      create(
        body: object,
        options: object,
      ): Promise<AsyncIterable<{ readonly choices: readonly { readonly delta?: { readonly content?: string } }[] }>>;
    };
  };
}

const clients: Readonly<Record<string, Ask>> = {
  openmagus: async (baseURL, signal) => {
    const timeouts = { firstByteMs: 1500, idleMs: 1000, totalMs: 20_000 };
    const clock = { now: Date.now, sleep: (ms: number, stop: AbortSignal) => sleep(ms, undefined, { signal: stop }) };
    const heard = { shown: '', failed: [] };
    return (await askRouter(routerOf({ baseURL, model: 'm', timeouts }, { clock }), {}, heard, signal)).reply.text;
  },
  openai: async (baseURL, signal) => {
    const { chat } = new OpenAI({ baseURL, apiKey: 'key', timeout: 1500, logLevel: 'off' });
    const body = {
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hi' }],
    };
    let said = '';
    for await (const chunk of await chat.completions.create(body, { signal }))
      said += chunk.choices[0]?.delta?.content ?? '';
    return said;
  },
  'ai-sdk': async (baseURL, signal) => {
    const model = createOpenAICompatible({ name: 'server', baseURL, apiKey: 'key' })('m');
    let said = '';
    for await (const part of streamText({ model, prompt: 'Hi', abortSignal: signal, onError: () => undefined })
      .fullStream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') said += part.text ?? '';
    }
    return said;
  },
  langchain: async (baseURL, signal) => {
    const model = new ChatOpenAI({
      model: 'm',
      apiKey: 'key',
      timeout: 1500,
      configuration: { baseURL, logLevel: 'off' },
    });
    let said = '';
    for await (const chunk of await model.stream('Hi', { signal })) said += chunk.content;
    return said;
  },
};

process.on('unhandledRejection', () => undefined);
console.log(`| | ${Object.keys(clients).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(clients).length)}`);
const handled = new Map<string, number>();
for (const [name, scenario] of Object.entries(scenarios)) {
  const cells = await Promise.all(
    Object.entries(clients).map(async ([client, ask]) => {
      const outcome = await outcomeOf(scenario, ask);
      if (outcome.startsWith('✓')) handled.set(client, (handled.get(client) ?? 0) + 1);
      return outcome;
    }),
  );
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
console.log(
  `| **handled of ${Object.keys(scenarios).length}** | ${Object.keys(clients)
    .map((client) => handled.get(client) ?? 0)
    .join(' | ')} |`,
);
process.exit(0);

async function outcomeOf({ fault, times }: Scenario, ask: Ask): Promise<string> {
  let asked = 0;
  const server = await startScriptedModel(({ messages, raw }) => {
    asked += 1;
    // The rejected option is the fault; without it the server is well.
    const well =
      asked > times ||
      (fault.status === 400 &&
        JSON.stringify(fault.body).includes('stream_options') &&
        !raw.includes('stream_options'));
    if (!well) return fault;
    const begun = messages.some(({ role, content }) => role === 'assistant' && content === half);
    return { text: begun ? whole.slice(half.length) : whole };
  });
  const began = performance.now();
  const stop = new AbortController();
  const late = sleep(patienceMs).then(() => 'late');
  const told = await Promise.race([
    ask(server.url, stop.signal).then(
      (said) => (said === whole ? 'whole' : 'half'),
      () => 'error',
    ),
    late,
  ]);
  stop.abort();
  await server.close();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const recovers = times !== Number.POSITIVE_INFINITY || fault.status === 400;
  const good =
    told === 'whole' ||
    (told === 'error' &&
      (!recovers || (fault.status === 400 && !JSON.stringify(fault.body).includes('stream_options'))));
  return good
    ? `✓ ${seconds} s`
    : ({ half: 'half as whole', error: 'gave up', late: 'hung', whole: '' }[told as 'half'] ?? told);
}
