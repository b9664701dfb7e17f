import type { ApiDocument, ApiOperation, ConfiguredApi } from '../../core/api/api-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { type EntryIndex, indexEntries } from '../../core/tools/rank-entries.ts';

/** The API of that name, or the only one. Throws `tool-input` NO_API. */
export async function wantedApi({ apis }: Pick<Ports, 'apis'>, name: string | undefined): Promise<ConfiguredApi> {
  const { apis: all, faults } = await apis.list();
  const found = name === undefined && all.length === 1 ? all[0] : all.find((each) => each.name === name);
  if (found) return found;
  const names = all.map((each) => each.name).join(', ');
  const known =
    names === '' ? 'None is configured; the user can name some in the setting openmagus.apis.' : `There are: ${names}.`;
  const said = name === undefined ? 'Say which API is meant.' : `There is no API ${name}.`;
  throw new MagusError('tool-input', [`${said} ${known}`, ...faults].join('\n'), { code: 'NO_API' });
}

export async function knownDocument(ports: Pick<Ports, 'apis'>, api: ConfiguredApi): Promise<ApiDocument> {
  const document = await ports.apis.known(api);
  if (document) return document;
  throw new MagusError('tool-input', `The document of ${api.name} has not been fetched yet. Call api_search first.`, {
    code: 'NOT_FETCHED',
  });
}

/** By its id, or by method and path. Throws `tool-input` NO_OPERATION with the nearest. */
export function wantedOperation(document: ApiDocument, wanted: string): ApiOperation {
  const low = wanted.trim().toLowerCase();
  const found =
    document.operations.find(({ id }) => id === wanted) ??
    document.operations.find(
      ({ id, method, path }) => id.toLowerCase() === low || `${method} ${path}`.toLowerCase() === low,
    );
  if (found) return found;
  const near = operationIndex(document)
    .search(wanted, 5)
    .flatMap((place) => document.operations[place]?.id ?? []);
  throw new MagusError(
    'tool-input',
    `${document.api} has no operation ${wanted.slice(0, 200)}. ${near.length > 0 ? `Near: ${near.join(', ')}.` : 'Search for it with api_search.'}`,
    { code: 'NO_OPERATION' },
  );
}

const indexes = new WeakMap<ApiDocument, EntryIndex>();

/** Made when a document is first searched. */
export function operationIndex(document: ApiDocument): EntryIndex {
  const known = indexes.get(document);
  if (known) return known;
  const index = indexEntries(document.operations.map(fieldsOf));
  indexes.set(document, index);
  return index;
}

function fieldsOf({ id, method, path, summary, description, tags, parameters, body }: ApiOperation) {
  const properties = body?.schema['properties'];
  return [
    [/^[A-Z]+ \//.test(id) ? '' : id, 3],
    [path, 2],
    [summary, 3],
    [tags.join(' '), 1],
    [description.slice(0, 2000), 1],
    [parameters.map(({ name }) => name).join(' '), 0.7],
    [typeof properties === 'object' && properties !== null ? Object.keys(properties).join(' ') : '', 0.7],
    [verbs[method] ?? '', 1],
  ] as const;
}

/** What a method means in words, for documents that say nothing else. */
const verbs: Readonly<Record<string, string>> = {
  GET: 'get list',
  POST: 'create',
  PUT: 'replace update',
  PATCH: 'update',
  DELETE: 'delete',
};
