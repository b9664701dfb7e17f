import { Agent, request } from 'node:http';
import { openTransport } from '../../src/adapters/models/open-transport.ts';
import { modelAddress } from '../support/model-address.ts';
import { askRouter, routerOf } from '../support/router-rig.ts';
import { clientPackages } from './peers.ts';

/** Asks a server of streams with one client, and prints the CPU time of a call in milliseconds. Run as a process of its own. */
const [client = '', baseURL = '', calls = '', together = ''] = process.argv.slice(2);
const question = 'Say something.';

const clients: Readonly<Record<string, () => Promise<() => Promise<string>>>> = {
  bare: async () => bare,
  transport: async () => {
    const transport = await openTransport(modelAddress(baseURL), 'key');
    const request = {
      purpose: 'act',
      messages: [{ role: 'user', content: question }],
      tools: [],
      omit: new Set<never>(),
    } as const;
    return async () => (await transport.complete(request, () => undefined, new AbortController().signal)).text;
  },
  openmagus: async () => {
    const router = routerOf({ baseURL, model: 'scripted' });
    return async () => (await askRouter(router)).reply.text;
  },
  openai: async () => {
    const { OpenAI } = await clientPackages<{ OpenAI: new (options: object) => OpenAiLike }>('openai');
    const { chat } = new OpenAI({ baseURL, apiKey: 'key' });
    return async () => {
      let text = '';
      for await (const chunk of await chat.completions.create(body())) text += chunk.choices[0]?.delta?.content ?? '';
      return text;
    };
  },
  'ai-sdk': async () => {
    const { createOpenAICompatible } = await clientPackages<{
      createOpenAICompatible: (options: object) => (model: string) => object;
    }>('@ai-sdk/openai-compatible');
    const { streamText } = await clientPackages<{
      streamText: (options: object) => { readonly text: Promise<string>; consumeStream(): Promise<void> };
    }>('ai');
    const model = createOpenAICompatible({ name: 'server', baseURL, apiKey: 'key' })('scripted');
    return async () => {
      const result = streamText({ model, prompt: question, maxRetries: 0 });
      await result.consumeStream();
      return result.text;
    };
  },
  langchain: async () => {
    const { ChatOpenAI } = await clientPackages<{
      ChatOpenAI: new (options: object) => { stream(text: string): Promise<AsyncIterable<{ content: string }>> };
    }>('@langchain/openai');
    const model = new ChatOpenAI({ model: 'scripted', apiKey: 'key', maxRetries: 0, configuration: { baseURL } });
    return async () => {
      let text = '';
      for await (const chunk of await model.stream(question)) text += chunk.content;
      return text;
    };
  },
};

interface OpenAiLike {
  readonly chat: {
    readonly completions: {
      create(
        body: object,
      ): Promise<AsyncIterable<{ readonly choices: readonly { readonly delta?: { readonly content?: string } }[] }>>;
    };
  };
}

function body(): object {
  return {
    model: 'scripted',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: question }],
  };
}

const agent = new Agent({ keepAlive: true });

/** As little as one can do and still have the text: split at blank lines, parse each frame. */
function bare(): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(`${baseURL}/chat/completions`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json' },
    });
    sent.on('error', reject).on('response', (response) => {
      let rest = '';
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        const frames = (rest + piece).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) {
          if (frame === 'data: [DONE]') continue;
          const chunk = JSON.parse(frame.slice(6)) as { choices: { delta?: { content?: string } }[] };
          text += chunk.choices[0]?.delta?.content ?? '';
        }
      });
      response.on('end', () => resolve(text)).on('error', reject);
    });
    sent.end(JSON.stringify(body()));
  });
}

const ask = await (clients[client] ?? clients['bare'] ?? (async () => bare))();
const expected = await ask();
const run = async (count: number): Promise<void> => {
  let left = count;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      if ((await ask()) !== expected) throw new Error(`${client} lost text`);
    }
  };
  await Promise.all(Array.from({ length: Number(together) }, work));
};
await run(Math.ceil(Number(calls) / 2));
const before = process.cpuUsage();
await run(Number(calls));
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ client, cpuMs: (user + system) / 1000 / Number(calls), characters: expected.length }));
process.exit(0);
