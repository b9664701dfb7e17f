import { MagusError } from '../errors/magus-error.ts';
import { isRecord } from '../is-record.ts';
import { type EntryIndex, indexEntries } from '../tools/rank-entries.ts';
import type { ApiDocument, ApiOperation } from './api-document.ts';

const shownOperations = 10;
const listedOperations = 60;

/** The operations that fit a query best, a line each; of an empty one the first of the document. */
export function searchOperations(document: ApiDocument, query: string): readonly string[] {
  const places =
    query.trim() === ''
      ? document.operations.map((_, place) => place).slice(0, listedOperations)
      : operationIndex(document).search(query, shownOperations);
  return places.map((place) => lineOf(document, place));
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
    [summary, 3],
    [/^[A-Z]+ \//.test(id) ? '' : id, 3],
    [path.replaceAll(/\{[^}]*\}/g, ' '), 2],
    [tags.join(' '), 1],
    // What follows its first paragraph is mostly of rights and limits, alike everywhere.
    [description.split('\n\n', 1)[0]?.slice(0, 600) ?? '', 0.5],
    [parameters.map(({ name }) => name).join(' '), 0.3],
    [isRecord(properties) ? Object.keys(properties).join(' ') : '', 0.3],
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

function lineOf({ operations }: ApiDocument, place: number): string {
  const operation = operations[place];
  if (!operation) return '';
  const { id, method, path, summary, description } = operation;
  const words = (summary || description).split('\n', 1)[0]?.slice(0, 160) ?? '';
  const way = `${method} ${path}`;
  return `${id}${id === way ? '' : `  ${way}`}${words === '' ? '' : `  ${words}`}`;
}
