import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openTransport } from '../../../src/adapters/models/open-transport.ts';
import { isMagusError } from '../../../src/core/errors/magus-error.ts';
import type { TransportRequest } from '../../../src/core/models/transport.ts';
import type { ModelReply } from '../../../src/core/ports.ts';
import { modelAddress } from '../../support/model-address.ts';

const request: TransportRequest = {
  purpose: 'act',
  messages: [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Look', images: ['data:image/png;base64,AA'] },
    { role: 'assistant', content: 'I look.', calls: [{ id: 'c1', name: 'look', arguments: '{}' }] },
    { role: 'tool', callId: 'c1', content: 'seen' },
  ],
  tools: [{ name: 'look', description: 'Looks', parameters: { type: 'object' } }],
  omit: new Set(),
};
const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'look', arguments: '{"at":"ü"}' };
const whole = [
  { type: 'response.created', response: { id: 'r', status: 'in_progress' } },
  { type: 'response.output_text.delta', delta: 'I lo' },
  { type: 'response.output_text.delta', delta: 'ok 🧙' },
  { type: 'response.output_item.added', item: { ...call, arguments: '' } },
  { type: 'response.function_call_arguments.delta', delta: '{"at":"ü"}' },
  { type: 'response.output_item.done', item: call },
  {
    type: 'response.completed',
    response: {
      model: 'm-1',
      status: 'completed',
      usage: { input_tokens: 9, output_tokens: 4, input_tokens_details: { cached_tokens: 5 } },
    },
  },
];

describe('a model by the Responses interface', () => {
  let frames: Buffer;
  let sent: Record<string, unknown> = {};
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    sent = { url: incoming.url, ...(JSON.parse(Buffer.concat(chunks).toString()) as object) };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(frames);
  });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => void server.close());

  const ask = async (events: readonly object[] | Buffer, more: Partial<TransportRequest> = {}): Promise<ModelReply> => {
    frames = Buffer.isBuffer(events) ? events : bytesOf(events);
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const transport = await openTransport(modelAddress(baseURL, { endpoint: { api: 'responses' } }), 'k');
    return transport.complete({ ...request, ...more }, () => undefined, new AbortController().signal);
  };

  it('streams text and calls, and counts', async () => {
    const reply = await ask(whole);
    assert.deepEqual(
      { ...reply },
      {
        text: 'I look 🧙',
        calls: [{ id: 'call_1', name: 'look', arguments: '{"at":"ü"}' }],
        finish: 'tool-calls',
        model: 'm-1',
        usage: { inputTokens: 9, outputTokens: 4, cachedTokens: 5 },
      },
    );
  });

  it('sends the whole conversation and lets the server keep none of it', async () => {
    await ask(whole);
    assert.equal(sent['url'], '/v1/responses');
    assert.equal(sent['store'], false);
    assert.deepEqual(sent['input'], [
      { role: 'system', content: 'Be short.' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'auto' },
        ],
      },
      { role: 'assistant', content: 'I look.' },
      { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'seen' },
    ]);
  });

  it('holds an answer to a shape', async () => {
    const schema = { name: 'verdict', schema: { type: 'object' } };
    await ask(whole, { schema });
    assert.deepEqual(sent['text'], { format: { type: 'json_schema', ...schema, strict: true } });
    await ask(whole, { schema, omit: new Set(['response_format']) });
    assert.equal(sent['text'], undefined);
  });

  it('tells its endings apart', async () => {
    const incomplete = (reason: string) => [
      { type: 'response.incomplete', response: { incomplete_details: { reason } } },
    ];
    assert.equal((await ask(incomplete('max_output_tokens'))).finish, 'length');
    await assert.rejects(ask(incomplete('content_filter')), { code: 'CONTENT_REFUSED' });
    await assert.rejects(
      ask([{ type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message: 'x' } } }]),
      { code: 'RATE' },
    );
    await assert.rejects(ask([{ type: 'error', code: 'server_error', message: 'overloaded' }]), { code: 'OVERLOADED' });
    await assert.rejects(ask([{ nothing: 'known' }]), { code: 'PROTOCOL' });
  });

  it('never takes a call that was cut off for a whole one, whatever the byte', async () => {
    const bytes = bytesOf(whole);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const outcome = await ask(bytes.subarray(0, cut)).catch((error: unknown) => error);
      if (isMagusError(outcome)) assert.equal(outcome.code, 'TRUNCATED', `byte ${cut}`);
      else if ((outcome as ModelReply).finish === 'tool-calls') assert.ok(cut >= bytes.length - 3, `byte ${cut}`);
      else assert.equal((outcome as ModelReply).finish, 'cut', `byte ${cut}`);
    }
  });
});

function bytesOf(events: readonly object[]): Buffer {
  return Buffer.from(events.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}
