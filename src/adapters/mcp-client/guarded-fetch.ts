import { lookup as systemLookup } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable, Transform } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { MagusError } from '../../core/errors/magus-error.ts';
import { addressKind, assertDialable } from '../../core/security/egress.ts';
import { guardedLookup, type Lookup } from '../../core/security/guarded-lookup.ts';

/** Of one answer, be it a stream that stays open. */
const mostBytes = 64 * 1024 * 1024;

/**
 * `fetch` for one server and for what signs in to it. The address is looked at when it is dialled: the server itself may be
 * where its approved name leads, any other host that it names lies in public, unless the server is on this machine, too. No
 * redirect is followed and no answer is longer than 64 MB.
 */
export function guardedFetch(server: string, listed: () => readonly string[]): FetchLike {
  const own = new URL(server).hostname;
  const ownIsLocal = own === 'localhost' || addressKind(own) === 'loopback';
  const check = (host: string, address: string): void => {
    if (host !== own && !ownIsLocal && addressKind(address) !== 'public')
      throw new MagusError(
        'permission-denied',
        `The MCP server named ${host}, which leads into a network of yours (${address}). Nothing was sent there.`,
        { code: 'BLOCKED_ADDRESS' },
      );
    assertDialable(host, address, listed());
  };
  return (url, init = {}) => send(new URL(url), init, check);
}

async function send(url: URL, init: RequestInit, check: (host: string, address: string) => void): Promise<Response> {
  const { signal } = init;
  signal?.throwIfAborted();
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  // An address is never looked up, so it is looked at here.
  if (isIP(literal) !== 0) check(url.hostname, literal);
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const body = init.body === undefined || init.body === null ? undefined : Buffer.from(String(init.body));
  const headers = new Headers(init.headers);
  if (init.body instanceof URLSearchParams && !headers.has('content-type'))
    headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
    method: init.method ?? 'GET',
    // A kept connection would be used without a look at where it leads.
    agent: false,
    headers: {
      'user-agent': 'openmagus',
      ...Object.fromEntries(headers),
      'accept-encoding': 'identity',
      ...(body === undefined ? {} : { 'content-length': body.length }),
    },
    lookup: guardedLookup(systemLookup as unknown as Lookup, check) as unknown as LookupFunction,
  });
  const stop = (): void => void outgoing.destroy(new DOMException('Aborted.', 'AbortError'));
  signal?.addEventListener('abort', stop, { once: true });
  outgoing
    .once('response', resolve)
    .once('error', reject)
    .once('close', () => signal?.removeEventListener('abort', stop));
  outgoing.end(body);
  return asResponse(await promise, url);
}

function asResponse(incoming: http.IncomingMessage, url: URL): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  const status = incoming.statusCode ?? 502;
  const empty = status === 204 || status === 205 || status === 304;
  if (empty) incoming.resume();
  const response = new Response(empty ? null : bodyOf(incoming), { status, headers });
  Object.defineProperty(response, 'url', { value: url.href });
  return response;
}

function bodyOf(incoming: http.IncomingMessage): globalThis.ReadableStream {
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, pass) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) return pass(null, chunk);
      incoming.destroy();
      return pass(new MagusError('tool-failed', 'The server floods: its answer is longer than 64 MB.'));
    },
  });
  incoming.once('error', (error) => counted.destroy(error)).pipe(counted);
  counted.once('close', () => incoming.destroy());
  return Readable.toWeb(counted) as ReadableStream as globalThis.ReadableStream;
}
