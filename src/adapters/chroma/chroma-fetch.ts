import { lookup as systemLookup } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { memoryServerDials } from '../../core/security/egress.ts';
import { guardedLookup, type Lookup } from '../../core/security/guarded-lookup.ts';
import { fromChroma } from './chroma-error.ts';

/**
 * `fetch` for the client, which itself neither says why a server was not reached nor takes a certificate authority. The address
 * is looked at when it is dialled, and no redirect is followed.
 */
export function chromaFetch(
  ca: string | undefined,
  server: string,
  lookup: Lookup = systemLookup as unknown as Lookup,
): typeof fetch {
  const { check } = memoryServerDials(new URL(server).hostname);
  const guarded = guardedLookup(lookup, check) as unknown as LookupFunction;
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    // An address is never looked up, so it is looked at here.
    if (isIP(literal) !== 0) check(literal, literal);
    const body = Buffer.from(await request.arrayBuffer());
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const secure = url.protocol === 'https:';
    (secure ? https : http)
      .request(url, {
        method: request.method,
        headers: { ...Object.fromEntries(request.headers), 'content-length': body.length },
        signal: request.signal,
        lookup: guarded,
        ...(secure && ca !== undefined ? { ca } : {}),
      })
      .once('response', resolve)
      .once('error', reject)
      .end(body);
    return answered(await promise, url.origin);
  };
}

async function answered(incoming: IncomingMessage, server: string): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { statusCode: status = 502 } = incoming;
  if (status < 200 || status >= 300) throw fromChroma(`HTTP ${status} ${text.slice(0, 500)}`, server);
  return new Response(status === 204 ? null : text, {
    status,
    headers: { 'content-type': incoming.headers['content-type'] ?? 'application/json' },
  });
}
