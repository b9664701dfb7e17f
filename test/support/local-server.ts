import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointKind } from '../../src/protocol/model-configuration.ts';
import { streamFrames } from './scripted-model.ts';

type Json = Readonly<Record<string, unknown>>;
export interface LocalServer {
  readonly url: string;
  /** Every request: method and path, and what was sent. */
  readonly requests: readonly { readonly route: string; readonly body: Json }[];
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
}

interface Place {
  readonly loaded: Set<string>;
  readonly answer: LocalAnswer;
}
type Route = (place: Place, body: Json, path: string) => unknown;

const models = ['small', 'large'];
const missing = Symbol('404');

/** A local model server as its kind answers, by recorded shapes: it has the models small and large, and knows which is loaded. */
export async function startLocalServer(kind: EndpointKind, answer: () => LocalAnswer): Promise<LocalServer> {
  const requests: { route: string; body: Json }[] = [];
  const loaded = new Set(['small']);
  const server = createServer((incoming, response) => {
    void receive(incoming).then(async (body) => {
      const route = `${incoming.method} ${incoming.url}`;
      requests.push({ route, body });
      const place = { loaded, answer: answer() };
      if (route === 'POST /v1/chat/completions') return chat(response, place, body);
      if (route === 'POST /v1/embeddings' && kind !== 'ollama') return reply(response, embeddings(body));
      if (route === 'POST /api/embed' && kind === 'ollama')
        return reply(response, { embeddings: (body['input'] as string[]).map(vectorOf) });
      if (route === 'POST /api/chat' && kind === 'ollama') return ollamaChat(response, place, body);
      const found = Object.entries(routes[kind] ?? {}).find(([pattern]) => matches(pattern, route));
      return reply(response, found ? found[1](place, body, incoming.url ?? '') : missing);
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

/** Two numbers that tell texts apart. */
function vectorOf(text: string): readonly number[] {
  return [text.length, text.codePointAt(0) ?? 0];
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

const list: Route = () => ({
  object: 'list',
  data: models.map((id) => ({ id, object: 'model', max_model_len: 16384 })),
});
const known = (body: Json): boolean => models.includes(String(body['model']));
const lastPart = (path: string): string => decodeURIComponent(path.split('/').at(-1) ?? '');

const routes: Readonly<Partial<Record<EndpointKind, Readonly<Record<string, Route>>>>> = {
  openai: { 'GET /v1/models': list },
  litellm: {
    'GET /v1/models': list,
    'GET /v1/model/info': () => ({
      data: [
        modelInfo('small', { max_input_tokens: 32000, input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 }),
        modelInfo('small', {
          max_input_tokens: 16000,
          input_cost_per_token: 2e-6,
          output_cost_per_token: 2e-6,
          supports_vision: false,
        }),
        modelInfo('large', { max_tokens: 64000, supports_function_calling: true, supports_vision: null }),
      ],
    }),
  },
  ollama: {
    'GET /api/tags': () => ({
      models: models.map((name) => ({ name, model: name, size: 5_000_000_000, details: {} })),
    }),
    'GET /api/ps': ({ loaded, answer }) => ({
      models: [...loaded].map((name) => ({
        name,
        model: name,
        size_vram: 4e9,
        context_length: answer.context ?? 16384,
      })),
    }),
    'POST /api/show': (_place, body) =>
      known(body)
        ? {
            capabilities: ['completion', 'tools'],
            model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40960 },
          }
        : missing,
    'POST /api/generate': ({ loaded }, body) => {
      if (!known(body)) return missing;
      if (body['keep_alive'] === 0) loaded.delete(String(body['model']));
      else loaded.add(String(body['model']));
      return {
        model: body['model'],
        response: '',
        done: true,
        done_reason: body['keep_alive'] === 0 ? 'unload' : 'load',
      };
    },
  },
  lmstudio: {
    'GET /api/v1/models': ({ loaded }) => ({
      models: models.map((key) => ({
        type: 'llm',
        key,
        size_bytes: 5_000_000_000,
        max_context_length: 40960,
        capabilities: { vision: false, trained_for_tool_use: true },
        loaded_instances: loaded.has(key) ? [{ id: `${key}:1`, config: { context_length: 16384 } }] : [],
      })),
    }),
    'POST /api/v1/models/load': ({ loaded }, body) => {
      if (!known(body)) return missing;
      loaded.add(String(body['model']));
      return { type: 'llm', instance_id: `${body['model']}:1`, load_time_seconds: 1, status: 'loaded' };
    },
    'POST /api/v1/models/unload': ({ loaded }, body) => {
      loaded.delete(String(body['instance_id']).replace(/:1$/, ''));
      return { instance_id: body['instance_id'] };
    },
  },
  llamacpp: {
    'GET /models': ({ loaded }) => ({
      data: models.map((id) => ({
        id,
        object: 'model',
        status: { value: loadingOnce(loaded, id) ?? (loaded.has(id) ? 'loaded' : 'unloaded'), args: [] },
        meta: { n_ctx: 16384, size: 5_000_000_000 },
      })),
    }),
    'POST /models/load': ({ loaded }, body) => {
      if (!known(body)) return missing;
      loaded.add(`${loadingMark}${body['model']}`);
      return { success: true };
    },
    'POST /models/unload': ({ loaded }, body) => ({ success: loaded.delete(String(body['model'])) }),
  },
  llamaswap: {
    'GET /v1/models': list,
    'GET /running': ({ loaded }) => ({ running: [...loaded].map((model) => ({ model, state: 'ready' })) }),
    'GET /upstream/*': ({ loaded }, _body, path) => {
      const model = path.split('/')[2] ?? '';
      if (!models.includes(model)) return missing;
      loaded.add(model);
      return 'OK';
    },
    'POST /api/models/unload/*': ({ loaded }, _body, path) => {
      loaded.delete(lastPart(path));
      return 'OK';
    },
  },
  vllm: {
    'GET /v1/models': list,
    'GET /is_sleeping': ({ loaded }) => ({ is_sleeping: loaded.size === 0 }),
    'POST /sleep?level=1': ({ loaded }) => {
      loaded.clear();
      return '';
    },
    'POST /wake_up': ({ loaded }) => {
      for (const model of models) loaded.add(model);
      return '';
    },
  },
};

const loadingMark = 'loading ';

/** A model that is loading is seen so once, then it is there. */
function loadingOnce(loaded: Set<string>, id: string): 'loading' | undefined {
  if (!loaded.delete(loadingMark + id)) return undefined;
  loaded.add(id);
  return 'loading';
}

function modelInfo(name: string, info: Json): Json {
  return {
    model_name: name,
    litellm_params: { model: `openai/${name}` },
    model_info: { id: 'x', mode: 'chat', ...info },
  };
}

async function receive(incoming: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json);
}

function reply(response: ServerResponse, answer: unknown): void {
  if (answer === missing) {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'model not found', code: 404 } }));
  } else if (typeof answer === 'string') {
    response.end(answer);
  } else {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }
}

async function chat(response: ServerResponse, { answer }: Place, body: Json): Promise<void> {
  if (!known(body)) return reply(response, missing);
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

async function ollamaChat(response: ServerResponse, { answer }: Place, body: Json): Promise<void> {
  if (!known(body)) return reply(response, missing);
  const line = (part: Json): string =>
    `${JSON.stringify({ model: body['model'], created_at: '2026-01-01T00:00:00Z', ...part })}\n`;
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const content of answer.text.match(/[\s\S]{1,12}/gu) ?? [])
    response.write(line({ message: { role: 'assistant', content }, done: false }));
  if (answer.ends === undefined) {
    const calls = (answer.calls ?? []).map(({ name, args }) => ({ function: { name, arguments: args } }));
    if (calls.length > 0)
      response.write(line({ message: { role: 'assistant', content: '', tool_calls: calls }, done: false }));
    response.write(
      line({
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 100,
        eval_count: 20,
      }),
    );
  }
  await finish(response, answer);
}

async function finish(response: ServerResponse, { ends }: LocalAnswer): Promise<void> {
  if (ends === undefined) response.end();
  await sleep(5);
  if (ends === 'cut') response.destroy();
}
