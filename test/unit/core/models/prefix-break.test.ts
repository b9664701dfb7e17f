import assert from 'node:assert/strict';
import { prefixBreak } from '../../../../src/core/models/prefix-break.ts';
import type { ChatMessage, ToolSpec } from '../../../../src/core/ports.ts';

const tool = (name: string, description = 'Does it'): ToolSpec => ({ name, description, parameters: {} });
const messages: readonly ChatMessage[] = [
  { role: 'system', content: 'Grüße' },
  { role: 'user', content: 'It is 10:15' },
];

describe('where a prefix breaks', () => {
  it('is nowhere while a request only adds', () => {
    const before = { tools: [tool('a'), tool('b')], messages };
    const reply: ChatMessage = { role: 'assistant', content: '', calls: [{ id: 'c', name: 'a', arguments: '{}' }] };
    assert.equal(prefixBreak(before, before), undefined);
    assert.equal(prefixBreak(before, { ...before, messages: [...messages, reply] }), undefined);
  });

  it('is told with its byte and its part', () => {
    const before = { tools: [tool('a')], messages };
    const length = JSON.stringify(tool('a')).length;
    const clock = [...messages.slice(0, 1), { role: 'user', content: 'It is 10:16' } as const];
    assert.equal(
      prefixBreak(before, { ...before, messages: clock }),
      `byte ${length + 7 + 10}, byte 10 of message 2 (user): "5" became "6"`,
    );
    assert.match(prefixBreak(before, { ...before, tools: [tool('a', 'Did it')] }) ?? '', /of the tool a: "oes it/);
    assert.match(prefixBreak(before, { ...before, messages: [] }) ?? '', /message 1 \(system\) is gone/);
  });
});
