import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ScriptedCall {
  readonly name: string;
  readonly args: unknown;
}
export interface ScriptedReply {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly ScriptedCall[];
  /** Overrides the finish reason; null leaves it out. */
  readonly finish?: string | null;
  readonly usage?: Readonly<Record<string, unknown>>;
  /** A bare answer instead of a completion. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** After the text: 'silence' keeps the socket open and says no more, 'cut' destroys it. */
  readonly silence?: boolean;
  readonly cut?: boolean;
  /** Before the headers, and before each chunk. */
  readonly delayMs?: number;
  readonly chunkDelayMs?: number;
  /** Written as they are, as an event stream, then the body ends. */
  readonly rawFrames?: readonly (string | Uint8Array)[];
}
export interface ScriptedMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
  readonly reasoning_content?: string;
}
export interface ScriptedBody {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly ScriptedMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}
export interface ScriptedRequest {
  readonly raw: string;
  readonly body: ScriptedBody;
  readonly messages: readonly ScriptedMessage[];
  readonly tools: readonly string[];
  readonly authorization: string | undefined;
  readonly index: number;
  /** Tells connections apart. */
  readonly clientPort: number | undefined;
  /** When its last byte was here, on the clock of `performance.now`. */
  readonly arrivedAt: number;
  /** When the last byte of the answer was handed to the system. */
  answeredAt: number | undefined;
  /** When the client's side of the socket was gone before the answer ended. */
  abandonedAt: number | undefined;
}
export interface ScriptedModel {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  close(): Promise<void>;
}

/** An OpenAI-compatible server on loopback that answers as told and records every request. */
export async function startScriptedModel(
  reply: (request: ScriptedRequest) => ScriptedReply | undefined,
): Promise<ScriptedModel> {
  const requests: ScriptedRequest[] = [];
  let calls = 0;
  const nextId = (): string => {
    calls += 1;
    return `call_${String(calls).padStart(6, '0')}`;
  };
  const server = createServer((incoming, response) => {
    receive(incoming, requests.length)
      .then(async (request) => {
        if (request === undefined) return listModels(response);
        requests.push(request);
        response.on('finish', () => {
          request.answeredAt = performance.now();
        });
        response.on('close', () => {
          if (!response.writableEnded) request.abandonedAt = performance.now();
        });
        await answer(response, request, reply(request) ?? { text: 'Done.' }, nextId);
      })
      .catch((thrown: unknown) => response.destroy(thrown instanceof Error ? thrown : undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export interface Scenario {
  /** Used in order; a turn with `when` waits until a request offers that tool, so planner and step can be scripted apart. */
  readonly turns: readonly (ScriptedReply & { readonly when?: { readonly tool: string } })[];
}

/** A scenario as the reply of a scripted model; when its turns are used up, every answer is "Done.". */
export function playScenario(scenario: Scenario): (request: ScriptedRequest) => ScriptedReply {
  const left = [...scenario.turns];
  return (request) => {
    const next = left.findIndex((turn) => turn.when === undefined || request.tools.includes(turn.when.tool));
    return (next < 0 ? undefined : left.splice(next, 1)[0]) ?? { text: 'Done.' };
  };
}

async function receive(incoming: IncomingMessage, index: number): Promise<ScriptedRequest | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  if (incoming.url?.endsWith('/chat/completions') !== true) return undefined;
  const arrivedAt = performance.now();
  const raw = Buffer.concat(chunks).toString('utf8');
  const body = JSON.parse(raw) as ScriptedBody;
  const tools = (body.tools ?? []).map((tool) => tool.function.name);
  return {
    raw,
    body,
    messages: body.messages,
    tools,
    authorization: incoming.headers.authorization,
    index,
    clientPort: incoming.socket.remotePort,
    arrivedAt,
    answeredAt: undefined,
    abandonedAt: undefined,
  };
}

function listModels(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model', owned_by: 'scripted' }] }));
}

async function answer(
  response: ServerResponse,
  request: ScriptedRequest,
  reply: ScriptedReply,
  nextId: () => string,
): Promise<void> {
  if (reply.delayMs !== undefined) await sleep(reply.delayMs);
  if (reply.status !== undefined || reply.body !== undefined) {
    const status = reply.status ?? 200;
    response.writeHead(status, { 'content-type': 'application/json', ...reply.headers });
    const body = reply.body ?? { error: { message: `scripted ${status}`, type: 'scripted', code: status } };
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    return;
  }
  if (request.body.stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify(wholeCompletion(request.body.model, reply, nextId)));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...reply.headers });
  response.flushHeaders();
  for (const frame of reply.rawFrames ?? streamFrames(request.body.model, reply, nextId)) {
    if (reply.chunkDelayMs !== undefined) await sleep(reply.chunkDelayMs);
    // Each frame goes out before anything else happens to the socket.
    await new Promise<void>((written) => response.write(frame, () => written()));
  }
  if (reply.cut === true) response.destroy();
  else if (reply.silence !== true) response.end();
}

function wireCalls(reply: ScriptedReply, nextId: () => string): readonly Record<string, unknown>[] {
  return (reply.calls ?? []).map((call) => ({
    id: nextId(),
    type: 'function',
    function: { name: call.name, arguments: typeof call.args === 'string' ? call.args : JSON.stringify(call.args) },
  }));
}

function finishOf(reply: ScriptedReply): string | null {
  return reply.finish === undefined ? ((reply.calls ?? []).length > 0 ? 'tool_calls' : 'stop') : reply.finish;
}

const usualUsage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

function wholeCompletion(model: string, reply: ScriptedReply, nextId: () => string): unknown {
  const calls = wireCalls(reply, nextId);
  const message = {
    role: 'assistant',
    content: reply.text ?? null,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const choices = [{ index: 0, finish_reason: finishOf(reply), message }];
  return { id: 'c', object: 'chat.completion', created: 1, model, choices, usage: reply.usage ?? usualUsage };
}

/** The event stream of a reply, frame by frame; one that falls silent or is cut ends after its text. */
export function* streamFrames(model: string, reply: ScriptedReply, nextId: () => string): Generator<string> {
  const head = { id: 'c', object: 'chat.completion.chunk', created: 1, model };
  const frame = (delta: unknown, finish: string | null = null): string =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  yield frame({ role: 'assistant', content: '' });
  if (reply.reasoning !== undefined) yield frame({ reasoning_content: reply.reasoning });
  for (const piece of (reply.text ?? '').match(/[\s\S]{1,12}/gu) ?? []) yield frame({ content: piece });
  if (reply.silence === true || reply.cut === true) return;
  for (const [index, call] of wireCalls(reply, nextId).entries()) yield frame({ tool_calls: [{ index, ...call }] });
  const finish = finishOf(reply);
  if (finish !== null) yield frame({}, finish);
  yield `data: ${JSON.stringify({ ...head, choices: [], usage: reply.usage ?? usualUsage })}\n\n`;
  yield 'data: [DONE]\n\n';
}
