import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointKind } from '../../src/protocol/model-configuration.ts';
import { type Json, known, missing, type Place, recorded, routes, vectorOf } from './local-routes.ts';
import { streamFrames } from './scripted-model.ts';

export interface LocalServer {
  readonly url: string;
  /** Every request: method and path, what was sent, and with which key. */
  readonly requests: readonly { readonly route: string; readonly body: Json; readonly key: string | undefined }[];
  /** Names of the models in memory. */
  readonly loaded: Set<string>;
  close(): Promise<void>;
}
export interface LocalAnswer {
  readonly text: string;
  readonly calls?: readonly { readonly name: string; readonly args: unknown }[];
  /** Stops in the middle: the socket stays open, or is cut. */
  readonly ends?: 'silence' | 'cut';
  /** Ollama's context of a loaded model. */
  readonly context?: number;
  readonly load?: Place['load'];
  /** Of a refused chat. */
  readonly status?: number;
}

/** A local model server as its kind answers, by recorded shapes: it has the models small and large, and knows which is loaded. */
export async function startLocalServer(kind: EndpointKind, answer: () => LocalAnswer): Promise<LocalServer> {
  const requests: { route: string; body: Json; key: string | undefined }[] = [];
  const loaded = new Set(['small']);
  const loading = new Map<string, number>();
  const server = createServer((incoming, response) => {
    void receive(incoming).then(async (body) => {
      const route = `${incoming.method} ${incoming.url?.replace('/behind/a/path', '')}`;
      requests.push({ route, body, key: incoming.headers.authorization });
      const told = answer();
      const place = { loaded, loading, context: told.context, load: told.load ?? 'done' };
      if (route === 'POST /v1/chat/completions') return chat(response, kind, told, body);
      if (route === 'POST /v1/embeddings' && kind !== 'ollama') return reply(response, kind, embeddings(body));
      if (route === 'POST /api/chat' && kind === 'ollama') return ollamaChat(response, told, body);
      if (route === 'GET /models/sse' && kind === 'llamacpp') return loadingEvents(response, place);
      const found = Object.entries(routes[kind] ?? {}).find(([pattern]) => matches(pattern, route));
      return reply(response, kind, found ? found[1](place, body, incoming.url ?? '') : missing);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    loaded,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Out of order, as some servers answer. */
function embeddings(body: Json): Json {
  const data = (body['input'] as string[]).map((text, index) => ({
    object: 'embedding',
    index,
    embedding: vectorOf(text),
  }));
  return { object: 'list', data: data.reverse() };
}

function matches(pattern: string, route: string): boolean {
  return pattern.endsWith('*') ? route.startsWith(pattern.slice(0, -1)) : pattern === route;
}

async function receive(incoming: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json);
}

function reply(response: ServerResponse, kind: EndpointKind, answer: unknown): void {
  if (answer === missing) {
    const said =
      kind === 'openai' || kind === 'litellm'
        ? { error: { message: 'model not found', code: 404 } }
        : recorded(kind as 'ollama', '404');
    response.writeHead(kind === 'llamacpp' ? 400 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(said));
  } else if (isComplaint(answer)) {
    response.writeHead(answer.error.code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  } else if (typeof answer === 'string') {
    response.end(answer);
  } else {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }
}

function isComplaint(answer: unknown): answer is { readonly error: { readonly code: number } } {
  return typeof answer === 'object' && answer !== null && 'error' in answer;
}

/** What a router tells of a model while it is being loaded; it goes on until nobody listens. */
async function loadingEvents(response: ServerResponse, { loading }: Place): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const events = recorded('llamacpp', 'GET /models/sse') as readonly Json[];
  while (!response.destroyed) {
    for (const model of loading.keys())
      for (const event of events) response.write(`data: ${JSON.stringify({ ...event, model })}\n\n`);
    await sleep(20);
  }
}

async function chat(response: ServerResponse, kind: EndpointKind, answer: LocalAnswer, body: Json): Promise<void> {
  if (!known(body)) return reply(response, kind, missing);
  if (answer.status !== undefined) return void response.writeHead(answer.status).end();
  const scripted = {
    text: answer.text,
    calls: answer.calls ?? [],
    ...(answer.ends === undefined ? {} : { [answer.ends]: true }),
  };
  let id = 0;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const frame of streamFrames(String(body['model']), scripted, () => `call_${++id}`)) response.write(frame);
  await finish(response, answer);
}

async function ollamaChat(response: ServerResponse, answer: LocalAnswer, body: Json): Promise<void> {
  if (!known(body)) return reply(response, 'ollama', missing);
  const line = (shape: string, message: Json): string => {
    const recordedLine = recorded('ollama', shape) as Json;
    return `${JSON.stringify({ ...recordedLine, model: body['model'], message: { role: 'assistant', content: '', ...message } })}\n`;
  };
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const content of answer.text.match(/[\s\S]{1,12}/gu) ?? []) response.write(line('POST /api/chat', { content }));
  if (answer.ends === undefined) {
    const calls = (answer.calls ?? []).map(({ name, args }) => ({ function: { name, arguments: args } }));
    if (calls.length > 0) response.write(line('POST /api/chat', { tool_calls: calls }));
    response.write(line('POST /api/chat, last', {}));
  }
  await finish(response, answer);
}

async function finish(response: ServerResponse, { ends }: LocalAnswer): Promise<void> {
  if (ends === undefined) response.end();
  await sleep(5);
  if (ends === 'cut') response.destroy();
}
