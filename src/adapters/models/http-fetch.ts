import { lookup } from 'node:dns';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction } from 'node:net';
import { MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';
import { assertConfiguredDialable } from '../../core/security/egress.ts';
import { guardedLookup, type Lookup } from '../../core/security/guarded-lookup.ts';

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

const bodies = new WeakMap<Response, http.IncomingMessage>();
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];

/**
 * `fetch` as far as model servers need it, straight on node:http: no web streams between the socket and the reader, a
 * certificate authority of one's own, proxies of the environment. It follows no redirect, so no key goes along with one.
 * Throws `configuration` when the file of the authority cannot be read.
 */
export function httpFetch(caFile: string | undefined): Fetch {
  const options = { ...(caFile === undefined ? {} : { ca: readAuthority(caFile) }), ...proxyAgents() };
  return (url, init = {}) => send(new URL(String(url instanceof Request ? url.url : url)), init, options);
}

/** The bytes of a successful answer; they end with the socket. */
export function bodyOf(response: Response): http.IncomingMessage {
  const body = bodies.get(response);
  if (!body) throw new MagusError('internal', 'This answer did not come from httpFetch.');
  return body;
}

interface SendOptions {
  readonly ca?: string;
  readonly agents?: { readonly http: http.Agent; readonly https: https.Agent };
}

async function send(url: URL, init: RequestInit, options: SendOptions): Promise<Response> {
  const { signal } = init;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const secure = url.protocol === 'https:';
  const agent = secure ? options.agents?.https : options.agents?.http;
  const body = typeof init.body === 'string' ? Buffer.from(init.body) : undefined;
  const request = (secure ? https : http).request(url, {
    method: init.method ?? 'GET',
    headers: {
      ...Object.fromEntries(new Headers(init.headers)),
      ...(body === undefined ? {} : { 'content-length': body.length }),
    },
    // A proxy looks names up itself.
    ...(agent === undefined ? { lookup: configuredLookup } : { agent }),
    ...(options.ca === undefined || !secure ? {} : { ca: options.ca }),
  });
  const stop = (): void => void request.destroy(new DOMException('Aborted.', 'AbortError'));
  signal?.addEventListener('abort', stop, { once: true });
  request
    .once('response', resolve)
    .once('error', reject)
    .once('close', () => signal?.removeEventListener('abort', stop));
  request.end(body);
  try {
    return await asResponse(await promise);
  } catch (error) {
    // A kept connection that the server had just closed: the request never got there.
    if (request.reusedSocket && isReset(error) && !signal?.aborted) return send(url, init, options);
    throw error;
  }
}

const configuredLookup = guardedLookup(
  lookup as unknown as Lookup,
  assertConfiguredDialable,
) as unknown as LookupFunction;

/** A success streams; anything else is read at once, for it is short and somebody wants its text. */
async function asResponse(incoming: http.IncomingMessage): Promise<Response> {
  const status = incoming.statusCode ?? 502;
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  if (status < 200 || status >= 300) return new Response(await readError(incoming), { status, headers });
  const response = new Response(null, { status, headers });
  bodies.set(response, incoming);
  return response;
}

const longestError = 1024 * 1024;

async function readError(incoming: http.IncomingMessage): Promise<string | null> {
  if (incoming.statusCode === 304) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > longestError) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new MagusError(
      'configuration',
      `The certificate file ${file} cannot be read (${messageOf(cause)}). Mend “caFile” of this endpoint.`,
      { code: 'BAD_CERTIFICATE_FILE', cause },
    );
  }
}

/** Agents that heed the environment's proxies and its exceptions; a Node that cannot do that leaves the word aside. */
function proxyAgents(): Pick<SendOptions, 'agents'> {
  if (!proxyVariables.some((name) => process.env[name])) return {};
  const proxied = { keepAlive: true, proxyEnv: process.env };
  return { agents: { http: new http.Agent(proxied), https: new https.Agent(proxied) } };
}
