import { lookup as systemLookup } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';
import { assertAuthorized } from '../../core/security/authorized.ts';
import { assertHeaders, isConnectionHeader } from '../../core/security/connection-headers.ts';
import { assertDialable } from '../../core/security/egress.ts';
import { guardedLookup, type Lookup } from '../../core/security/guarded-lookup.ts';
import { keepsSecrets } from '../../core/security/host-list.ts';
import type { Web, WebAnswer, WebRequest } from '../../core/web-port.ts';

export interface WebClientOptions {
  /** Hosts, addresses and ranges of addresses that the user listed, as they are now. */
  readonly listed: () => readonly string[];
  readonly secretOf: (name: string) => Promise<string | undefined>;
  /** The one host that a secret may go to; undefined: it is bound to none. */
  readonly hostOfSecret: (name: string) => string | undefined;
  readonly lookup?: Lookup;
}

const mostRedirects = 5;

/** HTTP without cookies, caches, kept connections or proxies: each connection is decided by itself. */
export function webClient(options: WebClientOptions): Web {
  return {
    async request(authorized, request, signal) {
      assertAuthorized(authorized, 'connect', request.url.href);
      if (request.secret !== undefined) assertAuthorized(authorized, 'read', `secret ${request.secret}`);
      assertHeaders(request.headers, isConnectionHeader);
      const headers = { ...request.headers, ...(await authorization(options, request)) };
      const stop = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]);
      try {
        return await follow(options, { ...request, headers }, stop);
      } catch (caught) {
        signal.throwIfAborted();
        throw isMagusError(caught) ? caught : noAnswer(request, caught, stop.aborted);
      }
    },
  };
}

/** Only to its own host, and never in the clear but on this machine. */
async function authorization(
  { secretOf, hostOfSecret }: WebClientOptions,
  { secret, url }: WebRequest,
): Promise<Readonly<Record<string, string>>> {
  if (secret === undefined) return {};
  const host = hostOfSecret(secret);
  if (host === undefined || host.toLowerCase() !== url.host || !keepsSecrets(url)) {
    throw new MagusError(
      'permission-denied',
      `The secret ${secret} ${host === undefined ? 'is bound to no host: the user can bind it in security.json, secretHosts' : `goes to https://${host} alone`}.`,
      { code: 'WRONG_HOST' },
    );
  }
  const value = await secretOf(secret);
  if (value === undefined) {
    throw new MagusError('configuration', `There is no secret ${secret}. Ask the user to set it.`, {
      code: 'NO_SECRET',
    });
  }
  return { authorization: `Bearer ${value.trim()}` };
}

/** A redirect to another origin is an answer: going there would be another call, decided anew. */
async function follow(options: WebClientOptions, request: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
  let { url } = request;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await send(options, { ...request, url }, signal);
    const location = answer.headers['location'];
    const next = location === undefined ? null : URL.parse(location, url);
    const goesOn = answer.status >= 300 && answer.status < 400 && next?.origin === url.origin;
    if (!goesOn || !/^(GET|HEAD)$/.test(request.method) || redirects >= mostRedirects) return answer;
    url = next;
  }
}

function send(options: WebClientOptions, request: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
  const { url, method, headers, body } = request;
  const check = (host: string, address: string): void => assertDialable(host, address, options.listed());
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  // An address is never looked up, so it is looked at here.
  if (isIP(literal) !== 0) check(url.hostname, literal);
  const { promise, resolve, reject } = Promise.withResolvers<WebAnswer>();
  // Of a GET, DELETE or OPTIONS nothing else would say where the body ends: it could be read as another request.
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const secure = url.protocol === 'https:';
  const outgoing = (secure ? https : http).request(url, {
    method,
    headers: { 'user-agent': 'openmagus', ...headers, ...length, 'accept-encoding': 'identity' },
    agent: false,
    signal,
    lookup: guardedLookup(options.lookup ?? (systemLookup as unknown as Lookup), check) as unknown as LookupFunction,
  });
  outgoing.once('error', reject).once('response', (incoming) => {
    readAll(incoming, request.maxBytes).then((bytes) => resolve(asAnswer(incoming, bytes, url)), reject);
  });
  outgoing.end(body);
  return promise;
}

async function readAll(incoming: http.IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new MagusError('tool-failed', `The answer is larger than ${maxBytes} bytes. Ask for a part of it.`, {
        code: 'TOO_LARGE',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function asAnswer(incoming: http.IncomingMessage, body: Uint8Array, url: URL): WebAnswer {
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return { status: incoming.statusCode ?? 0, headers, body, url };
}

function noAnswer({ url, timeoutMs }: WebRequest, cause: unknown, late: boolean): MagusError {
  const why = late ? `it took longer than ${timeoutMs} ms` : messageOf(cause);
  return new MagusError('tool-failed', `${url.host} gave no answer: ${why}.`, {
    code: late ? 'TIMEOUT' : 'NO_ANSWER',
    cause,
  });
}
