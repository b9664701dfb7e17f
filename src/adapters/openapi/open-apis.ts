import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { parse as parseYaml } from 'yaml';
import type { ApiAnswer, ApiCall, ApiDocument, Apis, ConfiguredApi } from '../../core/api/api-port.ts';
import { parseDocument } from '../../core/api/parse-document.ts';
import { MagusError, toMagusError } from '../../core/errors/magus-error.ts';
import { parseInWords } from '../../core/errors/parse-in-words.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import type { Web, WebAnswer } from '../../core/web-port.ts';
import { apiSchema } from '../../protocol/api-configuration.ts';
import { authorizationOf, type KeyParts } from './authorization.ts';
import { closedSchema } from './closed-schema.ts';

export interface ApiParts extends KeyParts {
  /** Folder of the documents that were fetched and of answers that are too big to be shown. */
  readonly folder: string;
  readonly web: Web;
  /** APIs by name, the first that names one counts; with where they stand, in words. */
  readonly configured: () => readonly (readonly [source: string, apis: unknown])[];
}

const freshMs = 24 * 3_600_000;
const mostDocumentBytes = 32 * 1024 * 1024;
/** Reading YAML takes a hundred times as long as JSON, and nothing else runs meanwhile. */
const mostYamlBytes = 3 * 1024 * 1024;
const mostAnswerBytes = 64 * 1024 * 1024;
const shownCharacters = 48_000;
const previewCharacters = 4000;
const timeoutMs = 60_000;

export function openApis(parts: ApiParts): Apis {
  const documents = new Map<string, { readonly stamp: string; readonly document: ApiDocument }>();
  const remember = (api: ConfiguredApi, stamp: string, text: string): ApiDocument => {
    const document = parseDocument(api, parsedText(api, text));
    documents.set(keyOf(api), { stamp, document });
    return document;
  };
  return {
    list: async () => listed(parts),
    known: async (api) => {
      const file = isWeb(api) ? fetchedFile(parts, api) : api.spec;
      const facts = await stat(file).catch(() => undefined);
      if (isWeb(api) && (!facts || Date.now() - facts.mtimeMs > freshMs)) return undefined;
      if (!facts) throw noDocument(api, 'There is no such file.');
      if (facts.size > mostDocumentBytes) throw noDocument(api, 'It is larger than 32 MB.');
      const stamp = `${facts.mtimeMs} ${facts.size}`;
      const held = documents.get(keyOf(api));
      return held?.stamp === stamp ? held.document : remember(api, stamp, await readFile(file, 'utf8'));
    },
    obtain: async (authorized, api, signal) => {
      const url = new URL(api.spec);
      const request = { url, method: 'GET', headers: {}, maxBytes: mostDocumentBytes, timeoutMs };
      const answer = await parts.web.request(authorized, request, signal);
      if (answer.status >= 300) throw noDocument(api, `Its address answers with ${answer.status}.`);
      const text = new TextDecoder().decode(answer.body);
      const document = remember(api, '', text);
      await replaceFile(fetchedFile(parts, api), text);
      return document;
    },
    faults: async (document, schema, value) => {
      const validator = new Validator(
        closedSchema(document, schema),
        document.dialect === '3.0' ? '4' : '2020-12',
        false,
      );
      const { errors } = validator.validate(value);
      // Whoever holds a wrong part is wrong as well: the innermost faults say what to mend.
      const inner = errors.filter(({ keyword }) => !['properties', '$ref', 'items', 'allOf'].includes(keyword));
      const shown = (inner.length > 0 ? inner : errors).slice(0, 20);
      return shown.map(({ instanceLocation, error }) => {
        const place = instanceLocation.replace(/^#\/?/, '');
        return place === '' ? error : `${place}: ${error}`;
      });
    },
    call: (authorized, call, signal) => sent(parts, authorized, call, signal),
  };
}

function listed({ configured }: ApiParts): Awaited<ReturnType<Apis['list']>> {
  const apis = new Map<string, ConfiguredApi>();
  const faults: string[] = [];
  for (const [source, given] of configured()) {
    if (typeof given === 'string') faults.push(`${source} is not JSON; mend it.`);
    for (const [name, value] of Object.entries(typeof given === 'object' && given !== null ? given : {})) {
      const parsed = parseInWords(apiSchema, value, name);
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
  const text = textOf(body);
  if (text !== undefined && text.length <= shownCharacters) return { ...facts, text };
  const type = headers['content-type'] ?? '';
  const ending = /json/.test(type) ? 'json' : text === undefined ? 'bin' : 'txt';
  const file = path.join(folder, `answer-${randomBytes(8).toString('hex')}.${ending}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, body, { mode: 0o600 });
  return { ...facts, file, ...(text === undefined ? {} : { text: text.slice(0, previewCharacters) }) };
}

function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function parsedText(api: ConfiguredApi, text: string): unknown {
  const start = text.trimStart().slice(0, 200).toLowerCase();
  if (start.startsWith('<')) throw noDocument(api, 'It is a web page; name the JSON or YAML file behind it.');
  try {
    if (start.startsWith('{')) return JSON.parse(text);
    if (text.length > mostYamlBytes) throw noDocument(api, 'It is YAML of more than 3 MB; convert it to JSON.');
    return parseYaml(text, { maxAliasCount: 1000 });
  } catch (error) {
    if (toMagusError(error).code === 'NO_DOCUMENT') throw error;
    throw noDocument(api, `It is neither JSON nor YAML: ${toMagusError(error).message.slice(0, 300)}`);
  }
}

function noDocument({ name, spec }: ConfiguredApi, why: string): MagusError {
  return new MagusError('tool-failed', `The document of ${name} (${spec}) cannot be read. ${why}`, {
    code: 'NO_DOCUMENT',
  });
}

function isWeb({ spec }: ConfiguredApi): boolean {
  return /^https?:\/\//i.test(spec);
}

function keyOf({ name, spec, baseURL }: ConfiguredApi): string {
  return JSON.stringify([name, spec, baseURL]);
}

function fetchedFile({ folder }: ApiParts, { spec }: ConfiguredApi): string {
  return path.join(folder, `${createHash('sha256').update(spec).digest('hex').slice(0, 40)}.document`);
}

async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(fresh, text, { mode: 0o600 });
  await rename(fresh, file);
}
