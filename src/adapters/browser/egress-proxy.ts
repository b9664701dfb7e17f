import { lookup as systemLookup } from 'node:dns';
import * as http from 'node:http';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { assertDialable } from '../../core/security/egress.ts';
import { guardedLookup, type Lookup } from '../../core/security/guarded-lookup.ts';
import { hostIsListed } from '../../core/security/host-list.ts';
import type { Admitted } from './browser-protocol.ts';

export interface EgressProxy {
  readonly port: number;
  close(): void;
}

/** Whether a request to `host` at `port` may leave; the address that is dialled is looked at besides. */
export function isAdmitted({ listed, origins }: Admitted, host: string, port: number): boolean {
  return origins.includes(`${host.toLowerCase()}:${port}`) || hostIsListed(host, listed);
}

/**
 * The one way out of the browser, on an address of this machine: every request, WebSocket, prefetch and worker goes through
 * here or nowhere. It decides by name, then by the address that is dialled. `onRefused` hears "host:port"; it must not throw.
 */
export async function startEgressProxy(
  admitted: () => Admitted,
  onRefused: (origin: string) => void,
  lookup: Lookup = systemLookup as unknown as Lookup,
): Promise<EgressProxy> {
  const check = (host: string, address: string): void => assertDialable(host, address, admitted().listed);
  const dialling = guardedLookup(lookup, check) as unknown as LookupFunction;
  const refused = (host: string, port: number): boolean => {
    const bare = host.replace(/^\[|\]$/g, '');
    try {
      if (isAdmitted(admitted(), host, port)) {
        // An address is never looked up, so it is looked at here.
        if (isIP(bare) !== 0) check(host, bare);
        return false;
      }
    } catch {
      // Refused by its address.
    }
    onRefused(`${host}:${port}`);
    return true;
  };
  const server = http.createServer((request, response) => {
    const url = URL.parse(request.url ?? '');
    if (url === null || url.protocol !== 'http:' || refused(url.hostname, Number(url.port || 80))) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end(refusal);
      return;
    }
    forward(request, response, url, dialling);
  });
  server.on('connect', (request, client: Duplex, head: Buffer) => {
    const target = URL.parse(`https://${request.url ?? ''}`);
    client.on('error', () => client.destroy());
    const port = Number(target?.port || 443);
    if (target === null || refused(target.hostname, port)) {
      client.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      return;
    }
    tunnel(client, head, connect({ host: target.hostname.replace(/^\[|\]$/g, ''), port, lookup: dialling }));
  });
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port: typeof address === 'object' && address !== null ? address.port : 0, close };
}

const refusal = 'OpenMagus does not let the browser reach this host.';

function forward(request: http.IncomingMessage, response: http.ServerResponse, url: URL, lookup: LookupFunction): void {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith('proxy-')));
  const outgoing = http.request(url, { method: request.method, headers, agent: false, lookup });
  outgoing.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  outgoing.once('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.once('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

function tunnel(client: Duplex, head: Buffer, upstream: Socket): void {
  upstream.once('connect', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  upstream.once('error', () => client.destroy());
  upstream.once('close', () => client.destroy());
  client.once('close', () => upstream.destroy());
}
