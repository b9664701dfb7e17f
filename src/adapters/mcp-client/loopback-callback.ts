import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { abortable } from '../../core/abortable.ts';
import { MagusError } from '../../core/errors/magus-error.ts';

/** Waits on this machine's loopback address for the browser to come back from signing in. */
export interface LoopbackCallback {
  readonly port: number;
  readonly url: string;
  /** The code that came with this very state. Throws `tool-failed` SIGN_IN where the sign-in was refused. */
  code(state: string, signal: AbortSignal): Promise<string>;
  close(): void;
}

/** On the port that was registered before, if it is free; else on any. */
export async function listenForCallback(wantedPort: number | undefined): Promise<LoopbackCallback> {
  const arrived = new Map<string, (query: URLSearchParams) => void>();
  const early = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const state = url.searchParams.get('state') ?? '';
    if (url.pathname !== '/callback' || state === '') {
      response.writeHead(404).end();
      return;
    }
    const take = arrived.get(state);
    if (take) take(url.searchParams);
    else early.set(state, url.searchParams);
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'referrer-policy': 'no-referrer' });
    response.end('You can close this page and go back to OpenMagus.');
  });
  server.unref();
  if (wantedPort === undefined || !(await listens(server, wantedPort))) await listens(server, 0);
  const { port } = server.address() as AddressInfo;
  const query = (state: string): Promise<URLSearchParams> => {
    const known = early.get(state);
    return known ? Promise.resolve(known) : new Promise((resolve) => arrived.set(state, resolve));
  };
  return {
    port,
    url: `http://127.0.0.1:${port}/callback`,
    code: async (state, signal) => codeOf(await abortable(query(state), signal)),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listens(server: Server, port: number): Promise<boolean> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  }
}

function codeOf(query: URLSearchParams): string {
  const code = query.get('code');
  if (code !== null && code !== '') return code;
  const reason = (query.get('error_description') ?? query.get('error') ?? 'no code came').slice(0, 300);
  throw new MagusError('tool-failed', `Signing in was refused: ${reason}. Call again to try once more.`, {
    code: 'SIGN_IN',
  });
}
