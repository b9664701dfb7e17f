import { MagusError } from '../errors/magus-error.ts';
import { isRecord } from '../is-record.ts';
import type { ApiDocument, ApiOperation, ApiParameter, Json } from './api-document.ts';
import type { ConfiguredApi } from './api-port.ts';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const mostOperations = 20_000;

/** An OpenAPI document as parsed JSON. Throws `tool-failed` NOT_OPENAPI or SWAGGER_2. */
export function parseDocument(api: ConfiguredApi, whole: unknown): ApiDocument {
  if (!isRecord(whole)) throw notOpenApi(api, 'It is no object.');
  const { openapi, swagger, info, paths } = whole;
  if (swagger !== undefined)
    throw new MagusError(
      'tool-failed',
      `The document of ${api.name} (${api.spec}) is Swagger ${text(swagger)}. Convert it to OpenAPI 3, for instance with "npx swagger2openapi FILE -o openapi.json", and name the new file.`,
      { code: 'SWAGGER_2' },
    );
  const version = /^3\.([01])\b/.exec(text(openapi))?.[1];
  if (version === undefined)
    throw notOpenApi(api, `It says openapi: ${JSON.stringify(openapi ?? null)}; 3.0 and 3.1 are read.`);
  const operations = operationsOf(whole, isRecord(paths) ? paths : {});
  if (operations.length === 0) throw notOpenApi(api, 'It has no operations.');
  return {
    api: api.name,
    title: text(isRecord(info) ? info['title'] : '') || api.name,
    base: baseOf(api, whole),
    operations,
    dialect: version === '0' ? '3.0' : '3.1',
    whole,
  };
}

/** What a `$ref` within the document leads to, however many steps; undefined for another document, a cycle or nothing. */
export function followRef(whole: Json, value: unknown): Json | undefined {
  let at = value;
  for (let steps = 0; steps < 20 && isRecord(at); steps++) {
    const ref = at['$ref'];
    if (typeof ref !== 'string') return at;
    if (!ref.startsWith('#/')) return undefined;
    at = ref
      .slice(2)
      .split('/')
      .map((part) => decoded(part).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (place, part) => (isRecord(place) && Object.hasOwn(place, part) ? place[part] : undefined),
        whole,
      );
  }
  return undefined;
}

function operationsOf(whole: Json, paths: Json): readonly ApiOperation[] {
  const found: ApiOperation[] = [];
  const taken = new Set<string>();
  for (const [path, entry] of Object.entries(paths)) {
    const item = followRef(whole, entry) ?? {};
    for (const method of methods) {
      const operation = item[method];
      if (!isRecord(operation) || found.length >= mostOperations) continue;
      const named = text(operation['operationId']);
      const id = named === '' || taken.has(named) ? `${method.toUpperCase()} ${path}` : named;
      taken.add(id);
      found.push(operationOf(whole, { id, method: method.toUpperCase(), path, item, operation }));
    }
  }
  return found;
}

interface Found {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly item: Json;
  readonly operation: Json;
}

function operationOf(whole: Json, { id, method, path, item, operation }: Found): ApiOperation {
  const parameters = new Map<string, ApiParameter>();
  // Those of the operation come last and replace those of the path.
  for (const given of [...list(item['parameters']), ...list(operation['parameters'])]) {
    const parameter = parameterOf(followRef(whole, given));
    if (parameter) parameters.set(`${parameter.place} ${parameter.name}`, parameter);
  }
  const body = bodyOf(whole, operation['requestBody']);
  return {
    id,
    method,
    path,
    summary: text(operation['summary']) || text(item['summary']),
    description: text(operation['description']) || text(item['description']),
    tags: list(operation['tags']).map(text),
    parameters: [...parameters.values()],
    ...(body ? { body } : {}),
    responses: Object.entries(isRecord(operation['responses']) ? operation['responses'] : {}).map(([status, given]) => {
      const response = followRef(whole, given) ?? {};
      const schema = contentOf(response['content'])?.schema;
      return { status, description: text(response['description']), ...(schema ? { schema } : {}) };
    }),
  };
}

function parameterOf(given: Json | undefined): ApiParameter | undefined {
  const place = given?.['in'];
  const name = text(given?.['name']);
  if (!given || name === '' || !isPlace(place)) return undefined;
  const style = text(given['style']) || (place === 'query' || place === 'cookie' ? 'form' : 'simple');
  const schema = isRecord(given['schema']) ? given['schema'] : (contentOf(given['content'])?.schema ?? {});
  return {
    name,
    place,
    required: given['required'] === true || place === 'path',
    description: text(given['description']),
    schema,
    style,
    explode: typeof given['explode'] === 'boolean' ? given['explode'] : style === 'form',
  };
}

function bodyOf(whole: Json, given: unknown): ApiOperation['body'] {
  const body = followRef(whole, given);
  const content = contentOf(body?.['content']);
  return body && content
    ? { required: body['required'] === true, type: content.type, schema: content.schema ?? {} }
    : undefined;
}

/** JSON where there is a choice. */
function contentOf(content: unknown): { readonly type: string; readonly schema?: Json } | undefined {
  const types = Object.entries(isRecord(content) ? content : {});
  const [type, media] = types.find(([name]) => /[/+]json\b/.test(name)) ?? types[0] ?? [];
  if (type === undefined) return undefined;
  const schema = isRecord(media) && isRecord(media['schema']) ? media['schema'] : undefined;
  return { type, ...(schema ? { schema } : {}) };
}

function baseOf({ baseURL, spec }: ConfiguredApi, whole: Json): string | undefined {
  const [server] = list(whole['servers']);
  const variables = isRecord(server) && isRecord(server['variables']) ? server['variables'] : {};
  const written = text(isRecord(server) ? server['url'] : '/').replace(/\{([^}]+)\}/g, (_, name: string) => {
    const variable = variables[name];
    return isRecord(variable) ? text(variable['default']) : '';
  });
  const base = baseURL ?? URL.parse(written, /^https?:/.test(spec) ? spec : undefined)?.href;
  return base?.replace(/\/+$/, '');
}

function notOpenApi({ name, spec }: ConfiguredApi, why: string): MagusError {
  return new MagusError(
    'tool-failed',
    `The document of ${name} (${spec}) is no OpenAPI document of version 3. ${why} Ask the user for its right address.`,
    { code: 'NOT_OPENAPI' },
  );
}

function isPlace(value: unknown): value is ApiParameter['place'] {
  return value === 'path' || value === 'query' || value === 'header' || value === 'cookie';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
