import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openTransport } from '../../../src/adapters/models/open-transport.ts';
import { isMagusError } from '../../../src/core/errors/magus-error.ts';
import type { EndpointKind } from '../../../src/protocol/model-configuration.ts';
import { modelAddress } from '../../support/model-address.ts';

const megabyte = 1024 * 1024;
const hugeMb = 50;
/** What the system itself holds between two programs on one machine: the buffers of both sockets. */
const buffersMb = 14;
const request = {
  purpose: 'act',
  messages: [{ role: 'user', content: 'Hello' }],
  tools: [],
  omit: new Set<never>(),
} as const;

interface Huge {
  readonly kind: EndpointKind;
  readonly type: string;
  readonly status?: number;
  /** Before the 50 MB and after them. */
  readonly head: string;
  readonly tail: string;
  readonly fault: string;
  /** Of the answer, that may be read before it is given up. */
  readonly readMb: number;
}

const answers: Readonly<Record<string, Huge>> = {
  'a frame of an event stream': {
    kind: 'openai',
    type: 'text/event-stream',
    head: 'data: {"choices":[{"index":0,"delta":{"content":"',
    tail: '"}}]}\n\ndata: [DONE]\n\n',
    fault: 'PROTOCOL',
    readMb: 8,
  },
  'a line of Ollama': {
    kind: 'ollama',
    type: 'application/x-ndjson',
    head: '{"message":{"role":"assistant","content":"',
    tail: '"},"done":true}\n',
    fault: 'PROTOCOL',
    readMb: 8,
  },
  'a completion in one piece': {
    kind: 'openai',
    type: 'application/json',
    head: '{"choices":[{"index":0,"message":{"content":"',
    tail: '"},"finish_reason":"stop"}]}',
    fault: 'PROTOCOL',
    readMb: 32,
  },
  'a complaint': {
    kind: 'openai',
    type: 'application/json',
    status: 500,
    head: '{"error":{"message":"',
    tail: '"}}',
    fault: 'SERVER',
    readMb: 1,
  },
};

describe('an answer of 50 MB', () => {
  let server: Server;
  let huge: Huge;
  let sentMb = 0;
  let sent: Promise<void>;

  before(async () => {
    server = createServer((incoming, response) => {
      if (incoming.method === 'GET') return void response.writeHead(404).end();
      incoming.resume();
      sent = send(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** As fast as the other side takes it, one megabyte after the other. */
  async function send(response: ServerResponse): Promise<void> {
    const piece = Buffer.alloc(megabyte, 'x');
    const gone = once(response, 'close');
    sentMb = 0;
    response.writeHead(huge.status ?? 200, { 'content-type': huge.type });
    response.write(huge.head);
    while (sentMb < hugeMb && !response.destroyed) {
      const room = response.write(piece);
      sentMb += 1;
      if (!room) await Promise.race([once(response, 'drain'), gone]);
    }
    response.end(huge.tail);
    await gone;
  }

  for (const [name, answer] of Object.entries(answers))
    it(`as ${name} is given up after ${answer.readMb} MB, and the rest is never read`, async () => {
      huge = answer;
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const baseURL = answer.kind === 'openai' ? `${url}/v1` : url;
      const transport = await openTransport(modelAddress(baseURL, { endpoint: { kind: answer.kind } }), undefined);
      let shown = 0;
      const asked = transport.complete(request, (text) => (shown += text.length), new AbortController().signal);
      const error: unknown = await asked.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(isMagusError(error));
      assert.equal(error.code, answer.fault);
      assert.ok(error.message.length < 2000);
      assert.equal(shown, 0);
      // Its connection is closed, so the server cannot get rid of the rest.
      await sent;
      assert.ok(sentMb <= Math.min(answer.readMb + buffersMb, hugeMb - 1), `${sentMb} MB`);
    });
});
