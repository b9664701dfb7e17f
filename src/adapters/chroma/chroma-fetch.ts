import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { fromChroma } from './chroma-error.ts';

/** `fetch` for the client, which itself neither says why a server was not reached nor takes a certificate authority. */
export function chromaFetch(ca: string | undefined): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const body = Buffer.from(await request.arrayBuffer());
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const secure = url.protocol === 'https:';
    (secure ? https : http)
      .request(url, {
        method: request.method,
        headers: { ...Object.fromEntries(request.headers), 'content-length': body.length },
        signal: request.signal,
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
