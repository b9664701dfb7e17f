import { APIError, OpenAI } from 'openai';
import { MagusError } from '../../core/errors/magus-error.ts';
import { estimateTokens } from '../../core/models/estimate-tokens.ts';
import type { ModelTransport, TransportRequest } from '../../core/models/transport.ts';
import type { ModelReply, ModelRequest } from '../../core/ports.ts';
import type { Usage } from '../../protocol/task-event.ts';
import { readChunks, readWhole } from './body-chunks.ts';
import { type Deadlines, startDeadlines } from './deadlines.ts';
import { type Asked, refusedFault, thrownFault } from './endpoint-faults.ts';
import { readEvents } from './event-stream.ts';
import type { OpenEndpoint } from './open-endpoint.ts';
import { collectReply, type ReplyCollector } from './reply-collector.ts';
import { requestBody } from './request-body.ts';
import { StreamFault } from './stream-fault.ts';

/** A model behind any OpenAI-compatible endpoint, by Chat Completions. */
export function openAiTransport(endpoint: OpenEndpoint): ModelTransport {
  const { address, baseURL, apiKey } = endpoint;
  const { model } = address.deployment;
  const client = makeClient(endpoint);
  const asked: Asked = { baseURL, model, apiKey };
  return {
    complete: async (request, onText, signal) => {
      const deadlines = startDeadlines(address.timeouts, signal);
      const collector = collectReply(model, onText);
      let cost: string | null = null;
      try {
        const response = await send(client, endpoint, request, deadlines);
        cost = response.headers.get('x-litellm-response-cost');
        await readAnswer(response, collector, deadlines);
      } catch (thrown) {
        if (signal.aborted) throw new MagusError('cancelled', 'The request to the model was cancelled.');
        // With the finish reason there, whatever broke afterwards cost nothing but trailing frames.
        const refused = thrown instanceof StreamFault && thrown.fault === 'content-refused';
        if (refused || !collector.isFinished()) throw asFault(asked, thrown, deadlines.passed());
      } finally {
        deadlines.dispose();
      }
      const reply = collector.reply();
      return { ...reply, usage: fullUsage(reply.usage, cost, request, reply) };
    },
  };
}

function makeClient({ address, baseURL, apiKey, fetch }: OpenEndpoint): OpenAI {
  return new OpenAI({
    baseURL,
    apiKey: apiKey ?? 'none',
    // The client would take these from the environment, where they belong to other programs.
    organization: null,
    project: null,
    ...(apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {}),
    logLevel: 'off',
    maxRetries: 0,
    timeout: address.timeouts.totalMs,
    fetch,
  });
}

async function send(
  client: OpenAI,
  endpoint: OpenEndpoint,
  request: TransportRequest,
  deadlines: Deadlines,
): Promise<Response> {
  const body = requestBody(endpoint.address.deployment, request);
  return await client.chat.completions
    .create(body as unknown as OpenAI.ChatCompletionCreateParamsStreaming, { signal: deadlines.signal })
    .asResponse();
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
    if (data === '[DONE]') {
      deadlines.ended();
      return;
    }
    frames += 1;
    collector.add(data, terminated);
    if (collector.isFinished()) deadlines.finished();
  }
  if (frames === 0) throw new StreamFault('truncated', 'an empty answer');
}

function asFault(asked: Asked, thrown: unknown, passed: StreamFault | undefined): MagusError {
  if (passed === undefined && thrown instanceof APIError && typeof thrown.status === 'number')
    return refusedFault(asked, {
      status: thrown.status,
      headers: thrown.headers,
      body: thrown.error ?? thrown.message,
    });
  return thrownFault(asked, thrown, passed);
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
