import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type EmbeddingModel, withEmbeddingCache } from '../../../../src/core/models/embedding.ts';
import { parseModelConfiguration } from '../../../../src/core/models/parse-configuration.ts';
import { withSemanticCache } from '../../../../src/core/models/semantic-cache.ts';
import type { ChatModel, ModelReply, ModelRequest } from '../../../../src/core/ports.ts';

const signal = new AbortController().signal;
const hash = {
  sha256: (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex'),
  randomId: () => 'id',
};
/** Directions by first word: "near" is 8 degrees off "what", everything else far. */
const angles: Readonly<Record<string, number>> = { what: 0, near: 8, far: 40 };
const vectorOf = (text: string): readonly number[] => {
  const angle = ((angles[text.split(' ', 1)[0] ?? ''] ?? 90) * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
};

describe('the semantic cache', () => {
  let asked: number;
  let model: ChatModel;
  beforeEach(() => {
    asked = 0;
    const answering: ChatModel = {
      contextTokens: 1000,
      complete: async () => {
        asked += 1;
        return {
          text: `Answer ${asked}`,
          calls: [],
          finish: 'stop',
          model: 'm',
          usage: { inputTokens: 9, outputTokens: 9 },
        };
      },
    };
    model = withSemanticCache(answering, { model: 'vectors', embed: async (texts) => texts.map(vectorOf) }, hash);
  });
  const ask = (content: string, more: Partial<ModelRequest> = {}): Promise<ModelReply> =>
    model.complete(
      { purpose: 'advise', messages: [{ role: 'user', content }], tools: [], ...more },
      { onText: () => undefined, onAttemptFailed: () => undefined },
      signal,
    );

  it('answers nearly the same question, for nothing, and says that it did', async () => {
    await ask('what is this');
    const near = await ask('near the same');
    assert.deepEqual([near.text, asked, near.usage.usd], ['Answer 1', 1, 0]);
    assert.match(near.warning ?? '', /earlier question that was 99 % the same.*cache\.semantic/);
    assert.equal((await ask('far from it')).text, 'Answer 2');
  });

  it('never answers where something could act, or something else went before', async () => {
    await ask('what is this');
    await ask('what is this', { purpose: 'act' });
    await ask('what is this', { tools: [{ name: 'a', description: '', parameters: {} }] });
    await ask('', {
      messages: [
        { role: 'system', content: 'Other' },
        { role: 'user', content: 'what is this' },
      ],
    });
    assert.equal(asked, 4);
  });

  it('asks as ever when no vector can be had', async () => {
    const broken: EmbeddingModel = { model: 'vectors', embed: () => Promise.reject(new DOMException('down')) };
    const reply: ModelReply = {
      text: 'Anew',
      calls: [],
      finish: 'stop',
      model: 'm',
      usage: { inputTokens: 1, outputTokens: 1 },
    };
    model = withSemanticCache({ contextTokens: 1, complete: async () => reply }, broken, hash);
    assert.equal((await ask('what is this')).text, 'Anew');
  });
});

describe('the cache of vectors', () => {
  it('sends each text once, and keeps the order', async () => {
    const sent: string[][] = [];
    const kept = new Map<string, string>();
    const configuration = parseModelConfiguration(
      {
        endpoints: { e: { kind: 'ollama' } },
        groups: { main: [{ endpoint: 'e', model: 'm' }], vectors: [{ endpoint: 'e', model: 'v' }] },
        routing: { primary: 'main', tasks: { embed: 'vectors' } },
      },
      'The test',
    );
    const cached = withEmbeddingCache(
      {
        model: 'vectors',
        embed: async (texts) => {
          sent.push([...texts]);
          return texts.map((text) => [text.length]);
        },
      },
      configuration,
      {
        clock: { now: () => 1, sleep: async () => undefined },
        hash,
        answers: {
          read: async (key) => kept.get(key),
          keep: async (key, body) => void kept.set(key, body),
        },
      },
    );
    assert.deepEqual(await cached.embed(['a', 'bb'], signal), [[1], [2]]);
    assert.deepEqual(await cached.embed(['bb', 'ccc', 'a'], signal), [[2], [3], [1]]);
    assert.deepEqual(sent, [['a', 'bb'], ['ccc']]);
  });
});
