import assert from 'node:assert/strict';
import { readEvents } from '../../../../src/adapters/models/event-stream.ts';

describe('the event stream', () => {
  async function read(...texts: readonly string[]): Promise<readonly string[]> {
    async function* chunks() {
      for (const text of texts) yield new TextEncoder().encode(text);
    }
    const events: string[] = [];
    for await (const event of readEvents(chunks())) events.push(event.terminated ? event.data : `${event.data}…`);
    return events;
  }

  it('splits frames at any line end and skips comments and other fields', async () => {
    assert.deepEqual(
      await read(': ping\n\nevent: x\ndata: a\n\ndata:b\r', '\n\r\ndata: c\r\rid: 4\ndata: d\ndata: e\n\n'),
      ['a', 'b', 'c', 'd\ne'],
    );
  });

  it('says when the last frame was not terminated', async () => {
    assert.deepEqual(await read('data: a\n\ndata: {"b'), ['a', '{"b…']);
    assert.deepEqual(await read('data: a\n\nda'), ['a', '…']);
  });

  it('refuses what is no event stream', async () => {
    await assert.rejects(read('<!doctype html>\n<p>'), { code: 'protocol' });
  });
});
