import { APIError, OpenAI } from 'openai';
import { MagusError } from '../../core/errors/magus-error.ts';
import { estimateTokens } from '../../core/models/estimate-tokens.ts';
import { classifyFault, type Fault, type FaultFacts, faultError } from '../../core/models/faults.ts';
import type { ChatModel, ModelReply, ModelRequest } from '../../core/ports.ts';
import type { Usage } from '../../protocol/task-event.ts';
import { type Deadlines, startDeadlines, type Timeouts } from './deadlines.ts';
import { readEvents } from './event-stream.ts';
import { collectReply, type ReplyCollector, readComplaint } from './reply-collector.ts';
import { requestBody } from './request-body.ts';
import { StreamFault } from './stream-fault.ts';

export interface OpenAiEndpoint {
  readonly baseURL: string;
  readonly model: string;
  readonly apiKey?: string;
  readonly contextTokens?: number;
  readonly timeouts?: Timeouts;
}

const usualTimeouts: Timeouts = { firstByteMs: 60_000, idleMs: 30_000, totalMs: 600_000 };
const usualContextTokens = 128_000;
const longestBody = 32 * 1024 * 1024;

/** A model behind any OpenAI-compatible endpoint. Tries once: retries are `completeWithRetries`' business. Throws `configuration` on a bad address. */
export function openAiChatModel(configured: OpenAiEndpoint): ChatModel {
  if (!URL.canParse(configured.baseURL)) {
    throw new MagusError(
      'configuration',
      `"${configured.baseURL}" is not a web address. Set the model's baseURL, such as http://127.0.0.1:4000/v1.`,
      { code: 'BAD_ADDRESS' },
    );
  }
  // A key from a file often ends in a newline, which a header may not hold and an error would print.
  const endpoint = configured.apiKey === undefined ? configured : { ...configured, apiKey: configured.apiKey.trim() };
  const timeouts = endpoint.timeouts ?? usualTimeouts;
  const client = makeClient(endpoint, timeouts);
  return {
    contextTokens: endpoint.contextTokens ?? usualContextTokens,
    complete: async (request, onText, signal) => {
      const deadlines = startDeadlines(timeouts, signal);
      const collector = collectReply(endpoint.model, onText);
      let cost: string | null = null;
      try {
        const response = await send(client, endpoint, request, deadlines);
        cost = response.headers.get('x-litellm-response-cost');
        await readAnswer(response, collector, deadlines);
      } catch (thrown) {
        if (signal.aborted) throw new MagusError('cancelled', 'The request to the model was cancelled.');
        // With the finish reason there, whatever broke afterwards cost nothing but trailing frames.
        const refused = thrown instanceof StreamFault && thrown.fault === 'content-refused';
        if (refused || !collector.isFinished()) throw asFault(endpoint, thrown, deadlines.passed());
      } finally {
        deadlines.dispose();
      }
      const reply = collector.reply();
      return { ...reply, usage: fullUsage(reply.usage, cost, request, reply) };
    },
  };
}

function makeClient(endpoint: OpenAiEndpoint, timeouts: Timeouts): OpenAI {
  return new OpenAI({
    baseURL: endpoint.baseURL,
    apiKey: endpoint.apiKey ?? 'none',
    // The client would take these from the environment, where they belong to other programs.
    organization: null,
    project: null,
    ...(endpoint.apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {}),
    logLevel: 'off',
    maxRetries: 0,
    timeout: timeouts.totalMs,
  });
}

async function send(
  client: OpenAI,
  endpoint: OpenAiEndpoint,
  request: ModelRequest,
  deadlines: Deadlines,
): Promise<Response> {
  const body = requestBody(endpoint.model, request) as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
  return await client.chat.completions.create(body, { signal: deadlines.signal }).asResponse();
}

async function readAnswer(response: Response, collector: ReplyCollector, deadlines: Deadlines): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  const chunks = readChunks(response, deadlines);
  if (type.includes('html')) throw new StreamFault('protocol', 'a web page');
  if (type.includes('application/json')) {
    collector.add(await readWhole(chunks), true);
    return;
  }
  let frames = 0;
  for await (const { data, terminated } of readEvents(chunks)) {
    if (data === '[DONE]') return;
    frames += 1;
    collector.add(data, terminated);
    if (collector.isFinished()) deadlines.finished();
  }
  if (frames === 0) throw new StreamFault('truncated', 'an empty answer');
}

/** The body's chunks; ends at once when a deadline passes, even if the transport does not notice the abort. */
async function* readChunks(response: Response, deadlines: Deadlines): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  deadlines.signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((broken: unknown) => {
        throw deadlines.passed() ?? new StreamFault('truncated', causeOf(broken));
      });
      if (deadlines.signal.aborted) throw deadlines.passed() ?? new StreamFault('stalled', 'aborted');
      if (done) return;
      deadlines.heard();
      yield value;
    }
  } finally {
    deadlines.signal.removeEventListener('abort', stop);
    stop();
  }
}

async function readWhole(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > longestBody) throw new StreamFault('protocol', 'an answer longer than 32 MB');
    texts.push(decoder.decode(chunk, { stream: true }));
  }
  return texts.join('') + decoder.decode();
}

function asFault(endpoint: OpenAiEndpoint, thrown: unknown, passed: StreamFault | undefined): MagusError {
  const make = (fault: Fault, said: string, more: Partial<FaultFacts> = {}): MagusError =>
    faultError(fault, {
      server: shownServer(endpoint.baseURL),
      model: endpoint.model,
      said: redact(endpoint, said),
      ...more,
    });
  const known = passed ?? (thrown instanceof StreamFault ? thrown : undefined);
  if (known !== undefined) return make(known.fault, known.message, known.retryable ? {} : { retryable: false });
  if (thrown instanceof APIError && typeof thrown.status === 'number') {
    const read = readComplaint(thrown.error ?? thrown.message);
    const retryAfterMs = readRetryAfter(thrown.headers);
    const fault = classifyFault({ ...read, status: thrown.status });
    return make(fault, read.message, {
      status: thrown.status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (thrown instanceof MagusError) return thrown;
  return make('network', causeOf(thrown));
}

/** The innermost cause says what happened: ECONNREFUSED, not "fetch failed". */
function causeOf(thrown: unknown): string {
  let inner = thrown;
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause instanceof Error; depth += 1)
    inner = inner.cause;
  if (!(inner instanceof Error)) return String(inner);
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : '';
  return code === '' || inner.message.includes(code) ? inner.message : `${code} ${inner.message}`.trim();
}

function readRetryAfter(headers: Headers | undefined): number | undefined {
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (exact >= 0) return exact;
  const value = headers?.get('retry-after') ?? '';
  if (value === '') return undefined;
  const waitMs = /^[\d.]+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, Math.round(waitMs)) : undefined;
}

function redact(endpoint: OpenAiEndpoint, text: string): string {
  return endpoint.apiKey ? text.replaceAll(endpoint.apiKey, '•••') : text;
}

function shownServer(baseURL: string): string {
  if (!URL.canParse(baseURL)) return 'the configured address';
  const { origin, pathname } = new URL(baseURL);
  return `${origin}${pathname}`;
}

/** What the server counted; without a count, an estimate, so that budgets hold on every server. */
function fullUsage(
  counted: Usage | undefined,
  cost: string | null,
  request: ModelRequest,
  reply: Pick<ModelReply, 'text' | 'calls'>,
): Usage {
  const usage = counted ?? {
    inputTokens: estimateTokens(JSON.stringify([request.tools, request.messages.map((message) => message.content)])),
    outputTokens: estimateTokens(reply.text + reply.calls.map((call) => call.arguments).join('')),
  };
  const usd = Number.parseFloat(cost ?? '');
  return usage.usd === undefined && Number.isFinite(usd) && usd >= 0 ? { ...usage, usd } : usage;
}
