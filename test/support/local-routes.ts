import { readFileSync } from 'node:fs';
import type { EndpointKind } from '../../src/protocol/model-configuration.ts';

export type Json = Readonly<Record<string, unknown>>;
export interface Place {
  /** Names of the models in memory. */
  readonly loaded: Set<string>;
  /** Those that began to be loaded, with how often they are still seen so. */
  readonly loading: Map<string, number>;
  /** Ollama's room of a loaded model. */
  readonly context: number | undefined;
  /** How a load of a llama.cpp router goes. */
  readonly load: 'done' | 'fails' | 'lasts';
}
type Route = (place: Place, body: Json, path: string) => unknown;
type Recorded = Exclude<EndpointKind, 'vscode-lm' | 'litellm' | 'openai'>;

/** What a route answers when it knows no such model. */
export const missing = Symbol('404');
export const models = ['small', 'large'];
export const known = (body: Json): boolean => models.includes(String(body['model']));
const lastPart = (path: string): string => decodeURIComponent(path.split('/').at(-1) ?? '');

/** An answer of a real server, as recorded; the file says where and when. */
export function recorded(kind: Recorded, name: string): unknown {
  const file = new URL(`../fixtures/model-servers/${kind}.json`, import.meta.url);
  const shapes = JSON.parse(readFileSync(file, 'utf8')) as Json;
  if (!(name in shapes)) throw new Error(`${kind} has no recorded "${name}".`);
  return shapes[name];
}

/** A recorded list with one entry for each of our models, changed as told. */
function listed(kind: Recorded, name: string, key: string, change: (model: string) => Json, of = models): Json {
  const shape = recorded(kind, name) as Json;
  const [entry] = shape[key] as readonly Json[];
  return { ...shape, [key]: of.map((model) => ({ ...entry, ...change(model) })) };
}

const compatibleList: Route = () => ({ object: 'list', data: models.map((id) => ({ id, object: 'model' })) });

/** By the kind of the server: its own routes, beside those that every compatible server has. */
export const routes: Readonly<Partial<Record<EndpointKind, Readonly<Record<string, Route>>>>> = {
  openai: { 'GET /v1/models': compatibleList },
  litellm: {
    'GET /health/liveliness': () => '"I\'m alive!"',
    'GET /v1/models': compatibleList,
    'GET /v1/model/info': () => ({
      data: [
        modelInfo('small', { max_input_tokens: 32000, input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 }),
        modelInfo('small', {
          max_input_tokens: 16000,
          input_cost_per_token: 2e-6,
          output_cost_per_token: 2e-6,
          supports_vision: false,
        }),
        modelInfo('large', {
          max_tokens: 64000,
          supports_function_calling: true,
          supports_vision: null,
          supports_response_schema: false,
        }),
      ],
    }),
  },
  ollama: {
    'GET /v1/models': compatibleList,
    'GET /api/version': () => recorded('ollama', 'GET /api/version'),
    'GET /api/tags': () => listed('ollama', 'GET /api/tags', 'models', (name) => ({ name, model: name })),
    'GET /api/ps': ({ loaded, context = 16_384 }) => {
      const change = (name: string): Json => ({ name, model: name, context_length: context });
      return listed('ollama', 'GET /api/ps', 'models', change, [...loaded]);
    },
    'POST /api/show': (_place, body) => (known(body) ? recorded('ollama', 'POST /api/show') : missing),
    'POST /api/embed': (_place, body) => ({
      ...(recorded('ollama', 'POST /api/embed') as Json),
      embeddings: (body['input'] as string[]).map(vectorOf),
    }),
    'POST /api/generate': ({ loaded }, body) => {
      if (!known(body)) return missing;
      const unloads = body['keep_alive'] === 0;
      loaded[unloads ? 'delete' : 'add'](String(body['model']));
      const shape = recorded('ollama', 'POST /api/generate') as Json;
      return { ...shape, model: body['model'], done_reason: unloads ? 'unload' : 'load' };
    },
  },
  lmstudio: {
    'GET /v1/models': compatibleList,
    'GET /api/v1/models': ({ loaded }) => {
      const shape = recorded('lmstudio', 'GET /api/v1/models') as { models: { loaded_instances: Json[] }[] };
      const instance = shape.models[0]?.loaded_instances[0];
      return listed('lmstudio', 'GET /api/v1/models', 'models', (key) => ({
        key,
        loaded_instances: loaded.has(key) ? [{ ...instance, id: `${key}:1` }] : [],
      }));
    },
    'POST /api/v1/models/load': ({ loaded }, body) => {
      if (!known(body)) return missing;
      loaded.add(String(body['model']));
      return { ...(recorded('lmstudio', 'POST /api/v1/models/load') as Json), instance_id: `${body['model']}:1` };
    },
    'POST /api/v1/models/unload': ({ loaded }, body) => {
      loaded.delete(String(body['instance_id']).replace(/:1$/, ''));
      return { ...(recorded('lmstudio', 'POST /api/v1/models/unload') as Json), instance_id: body['instance_id'] };
    },
  },
  llamacpp: {
    'GET /models': llamaCppList,
    'GET /v1/models': llamaCppList,
    'POST /models/load': ({ loaded, loading }, body) => {
      if (!known(body)) return missing;
      const name = String(body['model']);
      if (loaded.has(name)) return recorded('llamacpp', 'POST /models/load, loaded already');
      loading.set(name, 2);
      return recorded('llamacpp', 'POST /models/load');
    },
    'POST /models/unload': ({ loaded, loading }, body) => {
      const name = String(body['model']);
      const there = loading.delete(name) || loaded.delete(name);
      return recorded('llamacpp', there ? 'POST /models/unload' : 'POST /models/unload, not loaded');
    },
  },
  llamaswap: {
    'GET /v1/models': ({ loaded }) =>
      listed('llamaswap', 'GET /v1/models', 'data', (id) => ({
        id,
        status: { value: loaded.has(id) ? 'loaded' : 'unloaded' },
      })),
    'GET /running': ({ loaded }) => listed('llamaswap', 'GET /running', 'running', (model) => ({ model }), [...loaded]),
    'GET /upstream/*': ({ loaded }, _body, path) => {
      const model = path.split('/')[2] ?? '';
      if (!models.includes(model)) return missing;
      loaded.add(model);
      return 'OK';
    },
    'POST /api/models/unload/*': ({ loaded }, _body, path) => {
      loaded.delete(lastPart(path));
      return recorded('llamaswap', 'POST /api/models/unload');
    },
  },
  vllm: {
    'GET /v1/models': () => listed('vllm', 'GET /v1/models', 'data', (id) => ({ id, root: id })),
    'GET /is_sleeping': ({ loaded }) => ({ is_sleeping: loaded.size === 0 }),
    'POST /sleep?level=1': ({ loaded }) => {
      loaded.clear();
      return recorded('vllm', 'POST /sleep');
    },
    'POST /wake_up': ({ loaded }) => {
      for (const model of models) loaded.add(model);
      return recorded('vllm', 'POST /wake_up');
    },
  },
};

/** A model that is loading is seen so for a while, then it is there. */
function llamaCppList({ loaded, loading, load }: Place): Json {
  const failed: string[] = [];
  for (const [name, left] of load === 'lasts' ? [] : loading) {
    loading.set(name, left - 1);
    if (left > 0) continue;
    loading.delete(name);
    if (load === 'fails') failed.push(name);
    else loaded.add(name);
  }
  const meta = recorded('llamacpp', 'GET /models, meta of a loaded one');
  return listed('llamacpp', 'GET /models', 'data', (id) => {
    const value = loading.has(id) ? 'loading' : loaded.has(id) ? 'loaded' : 'unloaded';
    const failure = failed.includes(id) ? { failed: true, exit_code: 1 } : {};
    return { id, status: { value, args: [], ...failure }, ...(value === 'loaded' ? { meta } : {}) };
  });
}

/** Two numbers that tell texts apart. */
export function vectorOf(text: string): readonly number[] {
  return [text.length, text.codePointAt(0) ?? 0];
}

function modelInfo(name: string, info: Json): Json {
  return {
    model_name: name,
    litellm_params: { model: `openai/${name}` },
    model_info: { id: 'x', mode: 'chat', ...info },
  };
}
