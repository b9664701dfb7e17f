import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { askForJson } from '../../../../src/core/models/ask-for-json.ts';
import type { ChatModel, ModelReply, ModelRequest } from '../../../../src/core/ports.ts';

const shape = z.object({ lessons: z.array(z.object({ text: z.string() })), sure: z.boolean() });
const good = { lessons: [{ text: 'Build first {always}.' }], sure: true };

describe('an answer of a given shape', () => {
  const ask = async (text: string, finish: ModelReply['finish'] = 'stop') => {
    const asked: ModelRequest[] = [];
    const model: ChatModel = {
      contextTokens: 1000,
      complete: async (request) => {
        asked.push(request);
        return { text, calls: [], finish, model: 'm', usage: { inputTokens: 1, outputTokens: 1 } };
      },
    };
    const messages = [{ role: 'user', content: 'What was learned?' }] as const;
    const question = { purpose: 'summarise', messages, name: 'lessons', shape } as const;
    const listener = { onText: () => undefined, onAttemptFailed: () => undefined };
    const { value } = await askForJson(model, question, listener, new AbortController().signal);
    return { value, asked };
  };

  it('is asked for by a closed schema and in words', async () => {
    const { value, asked } = await ask(JSON.stringify(good));
    assert.deepEqual(value, good);
    const [request] = asked;
    assert.equal(request?.schema?.name, 'lessons');
    assert.deepEqual(request?.schema?.schema['required'], ['lessons', 'sure']);
    assert.equal(request?.schema?.schema['additionalProperties'], false);
    assert.match(request?.messages.at(-1)?.content ?? '', /JSON Schema: \{.*"lessons"/);
  });

  it('is found between fences and words', async () => {
    const json = JSON.stringify(good, undefined, 2);
    assert.deepEqual((await ask(`Here it is:\n\n\`\`\`json\n${json}\n\`\`\`\nIs that well?`)).value, good);
    assert.deepEqual((await ask(`Surely! ${json} That is all.`)).value, good);
  });

  it('is none when its shape is another, or it is not whole', async () => {
    for (const text of ['', 'No.', '{', '{"lessons": "many", "sure": true}', '[]', '}{'])
      assert.equal((await ask(text)).value, undefined, text);
    assert.equal((await ask(JSON.stringify(good), 'length')).value, undefined);
  });
});
