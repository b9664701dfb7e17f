import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ApiAnswer, ApiCall, Apis, ConfiguredApi } from '../../core/api/api-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import { parseInWords } from '../../core/errors/parse-in-words.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import type { Web, WebAnswer } from '../../core/web-port.ts';
import { apiSchema } from '../../protocol/api-configuration.ts';
import { authorizationOf, type KeyParts } from './authorization.ts';
import type { DocumentSource } from './document-questions.ts';
import { documentThread } from './document-thread.ts';
import { noDocument } from './no-document.ts';

export interface ApiParts extends KeyParts {
  /** Folder of the documents that were fetched and of answers that are too big to be shown. */
  readonly folder: string;
  readonly web: Web;
  /** Entry of the thread that reads documents. */
  readonly workerUrl: URL | string;
  /** APIs by name, the first that names one counts; with where they stand, in words. */
  readonly configured: () => readonly (readonly [source: string, apis: unknown])[];
}

const freshMs = 24 * 3_600_000;
const mostDocumentBytes = 32 * 1024 * 1024;
const mostAnswerBytes = 64 * 1024 * 1024;
const shownCharacters = 48_000;
/** In UTF-8, by a unit of JavaScript's texts. */
const mostBytesOfCharacter = 3;
const previewCharacters = 4000;
const timeoutMs = 60_000;

export function openApis(parts: ApiParts): Apis {
  const thread = documentThread(parts.workerUrl);
  const needed = async (api: ConfiguredApi): Promise<DocumentSource> => {
    const source = await knownSource(parts, api);
    if (source) return source;
    throw new MagusError('tool-input', `The document of ${api.name} has not been fetched yet. Call api_search first.`, {
      code: 'NOT_FETCHED',
    });
  };
  return {
    list: async () => listed(parts),
    known: async (api) => {
      const source = await knownSource(parts, api);
      return source && thread.ask('facts', { source });
    },
    obtain: async (authorized, api, signal) => {
      const url = new URL(api.spec);
      const request = { url, method: 'GET', headers: {}, maxBytes: mostDocumentBytes, timeoutMs };
      const answer = await parts.web.request(authorized, request, signal);
      if (answer.status >= 300) throw noDocument(api, `Its address answers with ${answer.status}.`);
      const fresh = await freshFile(fetchedFile(parts, api), answer.body);
      try {
        const { mtimeMs, size } = await stat(fresh);
        const facts = await thread.ask('facts', { source: { api, file: fresh, stamp: `${mtimeMs} ${size}` } });
        await rename(fresh, fetchedFile(parts, api));
        return facts;
      } finally {
        await rm(fresh, { force: true });
      }
    },
    search: async (api, query) => thread.ask('search', { source: await needed(api), query }),
    describe: async (api, operation) => thread.ask('describe', { source: await needed(api), operation }),
    prepare: async (api, wanted) => {
      const { call, ...prepared } = await thread.ask('prepare', { source: await needed(api), wanted });
      return { ...prepared, call: { ...call, url: new URL(call.url) } };
    },
    call: (authorized, call, signal) => sent(parts, authorized, call, signal),
  };
}

/** The document's file as it is now; undefined where it must be fetched. */
async function knownSource(parts: ApiParts, api: ConfiguredApi): Promise<DocumentSource | undefined> {
  const file = isWeb(api) ? fetchedFile(parts, api) : api.spec;
  const facts = await stat(file).catch(() => undefined);
  if (isWeb(api) && (!facts || Date.now() - facts.mtimeMs > freshMs)) return undefined;
  if (!facts) throw noDocument(api, 'There is no such file.');
  if (facts.size > mostDocumentBytes) throw noDocument(api, 'It is larger than 32 MB.');
  return { api, file, stamp: `${facts.mtimeMs} ${facts.size}` };
}

function listed({ configured }: ApiParts): Awaited<ReturnType<Apis['list']>> {
  const apis = new Map<string, ConfiguredApi>();
  const faults: string[] = [];
  for (const [source, given] of configured()) {
    if (typeof given === 'string') faults.push(`${source} is not JSON; mend it.`);
    for (const [name, value] of Object.entries(typeof given === 'object' && given !== null ? given : {})) {
      const parsed = parseInWords(apiSchema, value, 'its entry');
      if (!parsed.ok) faults.push(`${source}: the API ${name} is not right: ${parsed.faults.join('; ')}`);
      else if (!apis.has(name)) {
        const { spec, baseURL, auth } = parsed.value;
        apis.set(name, { name, spec, ...(baseURL === undefined ? {} : { baseURL }), ...(auth ? { auth } : {}) });
      }
    }
  }
  return { apis: [...apis.values()], faults };
}

async function sent(parts: ApiParts, authorized: Authorized, call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
  const { method, url, body } = call;
  const headers = { ...call.headers, ...(await authorizationOf(parts, authorized, call, signal)) };
  const request = {
    url,
    method,
    headers,
    maxBytes: mostAnswerBytes,
    timeoutMs,
    ...(body === undefined ? {} : { body }),
  };
  return asAnswer(parts, await parts.web.request(authorized, request, signal));
}

async function asAnswer({ folder }: ApiParts, { status, headers, body }: WebAnswer): Promise<ApiAnswer> {
  const facts = { status, headers, bytes: body.length };
  const whole = body.length <= shownCharacters * mostBytesOfCharacter;
  // Of what is not shown whole, the beginning tells whether it is text.
  const text = textOf(whole ? body : body.subarray(0, shownCharacters), whole);
  if (whole && text !== undefined && text.length <= shownCharacters) return { ...facts, text };
  const type = headers['content-type'] ?? '';
  const ending = /json/.test(type) ? 'json' : text === undefined ? 'bin' : 'txt';
  const file = path.join(folder, `answer-${randomBytes(8).toString('hex')}.${ending}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, body, { mode: 0o600 });
  return { ...facts, file, ...(text === undefined ? {} : { text: text.slice(0, previewCharacters) }) };
}

function textOf(body: Uint8Array, whole: boolean): string | undefined {
  try {
    // A character that is cut at the end is none that is wrong.
    return new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: !whole });
  } catch {
    return undefined;
  }
}

function isWeb({ spec }: ConfiguredApi): boolean {
  return /^https?:\/\//i.test(spec);
}

function fetchedFile({ folder }: ApiParts, { spec }: ConfiguredApi): string {
  return path.join(folder, `${createHash('sha256').update(spec).digest('hex').slice(0, 40)}.document`);
}

async function freshFile(file: string, content: Uint8Array): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(fresh, content, { mode: 0o600 });
  return fresh;
}
