import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers every completion with as many chunks as it was told, as fast as they go out. Prints its address. */
const chunks = Number(process.argv[2]);
const head = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'scripted' };
const frame = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const usage = { prompt_tokens: 10, completion_tokens: chunks, total_tokens: chunks + 10 };
const frames = [
  frame({ role: 'assistant', content: '' }),
  ...Array.from({ length: chunks }, (_, index) => frame({ content: `word${index} ` })),
  frame({}, 'stop'),
  `data: ${JSON.stringify({ ...head, choices: [], usage })}\n\n`,
  'data: [DONE]\n\n',
];

const server = createServer((incoming, response) => {
  incoming.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let next = 0;
    const write = (): void => {
      // One chunk a write, as a model says one word after the other.
      const last = Math.min(frames.length, next + 8);
      while (next < last) response.write(frames[next++]);
      if (next < frames.length) setImmediate(write);
      else response.end();
    };
    write();
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`));
