import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An output item of the Responses API, without its ids. */
export type ResponsesItem =
  | { readonly type: 'function_call'; readonly name: string; readonly arguments: string }
  | { readonly type: 'custom_tool_call'; readonly name: string; readonly input: string }
  | { readonly type: 'message'; readonly text: string };

export interface ResponsesBody {
  readonly instructions?: string;
  readonly tools?: readonly unknown[];
  readonly input: readonly unknown[];
}

export interface ResponsesRequest {
  readonly body: ResponsesBody;
  readonly arrivedAt: number;
  answeredAt: number | undefined;
}

/** A model behind OpenAI's Responses API, scripted: only here, for a peer that speaks nothing else. */
export async function startResponsesServer(reply: () => ResponsesItem): Promise<{
  readonly url: string;
  readonly requests: readonly ResponsesRequest[];
  close(): Promise<void>;
}> {
  const requests: ResponsesRequest[] = [];
  const server = createServer((incoming, response) => {
    receive(incoming)
      .then((request) => {
        if (request === undefined) {
          response.writeHead(404).end('{}');
          return;
        }
        requests.push(request);
        response.on('finish', () => {
          request.answeredAt = performance.now();
        });
        answer(response, reply(), requests.length);
      })
      .catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function receive(incoming: IncomingMessage): Promise<ResponsesRequest | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const arrivedAt = performance.now();
  if (incoming.url?.endsWith('/responses') !== true) return undefined;
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ResponsesBody;
  return { body, arrivedAt, answeredAt: undefined };
}

function answer(response: ServerResponse, reply: ResponsesItem, serial: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (type: string, more: unknown): void =>
    void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...(more as object) })}\n\n`);
  const id = `resp_${serial}`;
  const item = { ...wireItem(reply, serial), status: 'completed' };
  send('response.created', { response: { id } });
  send('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress' } });
  send('response.output_item.done', { output_index: 0, item });
  send('response.completed', {
    response: {
      id,
      usage: {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 20,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 120,
      },
    },
  });
  response.end();
}

function wireItem(reply: ResponsesItem, serial: number): Record<string, unknown> {
  if (reply.type !== 'message') return { id: `item_${serial}`, call_id: `call_${serial}`, ...reply };
  const content = [{ type: 'output_text', text: reply.text, annotations: [] }];
  return { id: `item_${serial}`, type: 'message', role: 'assistant', content };
}
