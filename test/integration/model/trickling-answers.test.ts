import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { askRouter, leapingClock, routerOf } from '../../support/router-rig.ts';
import { type ScriptedModel, startScriptedModel, streamFrames } from '../../support/scripted-model.ts';

/** Bytes come well within the idle time, so that only the total time can end an answer without an end. */
const timeouts = { firstByteMs: 5000, idleMs: 5000, totalMs: 1500 };
const everyMs = 50;

describe('an answer that comes byte by byte', () => {
  let server: Server;
  let peer: ScriptedModel;
  let answer: (response: ServerResponse) => Promise<void>;
  let asked = 0;

  before(async () => {
    peer = await startScriptedModel(() => ({ text: ' and the rest.' }));
    server = createServer((incoming, response) => {
      if (incoming.method === 'GET') return void response.writeHead(404).end();
      asked += 1;
      incoming.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      void answer(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    asked = 0;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await peer.close();
  });

  const router = (more: object = {}) =>
    routerOf(
      {
        endpoints: {
          slow: { kind: 'openai', baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` },
          peer: { kind: 'openai', baseURL: peer.url },
        },
        groups: { main: [{ endpoint: 'slow', model: 'm' }], spare: [{ endpoint: 'peer', model: 'm' }] },
        routing: { primary: 'main' },
        timeouts,
        ...more,
      },
      { clock: leapingClock() },
    );
  const fallback = { routing: { primary: 'main', fallbacks: { main: ['spare'] } } };
  /** Over and over, until the other side hangs up. */
  const forever = async (response: ServerResponse, text: string): Promise<void> => {
    for (let index = 0; !response.destroyed; index += 1) {
      response.write(text.charAt(index % text.length));
      await sleep(everyMs);
    }
  };

  it('is put together, also where a byte is a part of a letter', async () => {
    const text = 'Grüße, 世界 🧙';
    answer = async (response) => {
      for (const byte of Buffer.from([...streamFrames('m', { text }, () => 'id')].join('')))
        await new Promise<void>((written) => response.write(Uint8Array.of(byte), () => written()));
      response.end();
    };
    assert.equal((await askRouter(router({ timeouts: { ...timeouts, totalMs: 30_000 } }))).reply.text, text);
  });

  for (const [name, text] of Object.entries({
    'a frame': 'data: {"choices":[{"delta":{"content":"',
    comments: ': ping\n\n',
  }))
    it(`and has no end (${name}) is ended by the total time and not asked for again`, async () => {
      answer = async (response) => {
        if (!text.endsWith('\n')) response.write(text);
        await forever(response, text.endsWith('\n') ? text : 'x');
      };
      const alone = await askRouter(router()).catch(
        (error: unknown) => error as { code?: string; retryable?: boolean },
      );
      assert.deepEqual(['code' in alone && alone.code, 'retryable' in alone && alone.retryable], ['STALLED', false]);
      assert.equal(asked, 1);
      const { reply, failed } = await askRouter(router(fallback));
      assert.deepEqual([reply.text, reply.deployment], [' and the rest.', 'peer/m']);
      assert.ok(failed.every(({ durationMs }) => durationMs >= timeouts.totalMs - 50));
    });

  it('after some text, and has no end: another one goes on with the text', async () => {
    answer = async (response) => {
      for (const frame of streamFrames('m', { text: 'The beginning', silence: true }, () => 'id'))
        response.write(frame);
      await forever(response, ': ping\n\n');
    };
    const { reply, shown } = await askRouter(router(fallback));
    assert.deepEqual([reply.text, shown], ['The beginning and the rest.', 'The beginning and the rest.']);
  });
});
