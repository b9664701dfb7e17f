import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { shopApi } from './shop-api.ts';

export interface ShopServer {
  readonly url: string;
  /** Method, path with query, and what came along. */
  readonly requests: readonly {
    readonly route: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
  close(): Promise<void>;
}

/** A shop behind its API, which also does what APIs should not: floods, web pages, refusals. */
export async function startShop(): Promise<ShopServer> {
  const requests: { route: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const route = `${request.method} ${request.url}`;
      requests.push({ route, headers: request.headers, body });
      const url = `http://${request.headers.host}`;
      const answer = routes.find(([pattern]) => pattern.test(route));
      if (answer) return answer[1](response, { url, body, headers: request.headers });
      return json(response, 404, { error: 'no such thing' });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Asked {
  readonly url: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

const routes: readonly (readonly [RegExp, (response: ServerResponse, asked: Asked) => void])[] = [
  [/^GET \/openapi\.json$/, (response, { url }) => json(response, 200, shopApi(`${url}/v1`))],
  [
    /^POST \/token$/,
    (response, { headers, body }) =>
      headers.authorization === `Basic ${Buffer.from('shop-client:client-secret-1').toString('base64')}` &&
      body.includes('grant_type=client_credentials')
        ? json(response, 200, { access_token: 'token-of-the-shop-1', expires_in: 3600 })
        : json(response, 401, {}),
  ],
  [/^GET \/v1\/orders\?.*page=2/, (response) => json(response, 200, { items: [{ id: 'o3' }] })],
  [
    /^GET \/v1\/orders/,
    (response, { url }) =>
      json(response, 200, { items: [{ id: 'o1' }, { id: 'o2' }] }, { link: `<${url}/v1/orders?page=2>; rel="next"` }),
  ],
  [/^POST \/v1\/orders$/, (response, { body }) => json(response, 201, { id: 'o9', ...(JSON.parse(body) as object) })],
  [/^GET \/v1\/products\/busy$/, (response) => json(response, 429, { error: 'slow down' }, { 'retry-after': '17' })],
  [
    /^GET \/v1\/products\/page$/,
    (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
  ],
  [/^GET \/v1\/products\/big$/, (response) => json(response, 200, { rows: 'x'.repeat(50_000_000) })],
  [
    /^GET \/v1\/products\/bytes$/,
    (response) => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([137, 80, 255, 0])),
  ],
  [
    /^GET \/v1\/products\//,
    (response, { headers }) => json(response, 200, { sku: 'tea', key: headers['x-key'] ?? null }),
  ],
];

function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
