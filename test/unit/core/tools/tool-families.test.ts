import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import type { Tool } from '../../../../src/core/tools/tool.ts';
import { coreTools, unwrapCall, useToolSpec } from '../../../../src/core/tools/tool-families.ts';

function tool(name: string, family?: string): Tool {
  return {
    name,
    ...(family === undefined ? {} : { family }),
    description: `What ${name} does.`,
    input: z.object({ text: z.string() }) as z.ZodMiniType<unknown>,
    describe: () => name,
    effects: async () => [],
    run: async () => ({ ok: true, content: '' }),
  };
}
const tools = [tool('read_file'), tool('data_query', 'data'), tool('data_inspect', 'data'), tool('fetch_it', 'web')];

function unwrapped(input: unknown) {
  return unwrapCall(tools, { id: '1', name: 'use_tool', arguments: JSON.stringify(input) });
}

describe('tools in families', () => {
  it('are named in one tool, which is not there without them', () => {
    assert.deepEqual(
      coreTools(tools).map(({ name }) => name),
      ['read_file'],
    );
    assert.match(useToolSpec(tools)?.description ?? '', /data: data_query data_inspect; web: fetch_it\./);
    assert.equal(useToolSpec([tool('read_file')]), undefined);
  });

  it('are described, one or all of a family, when asked for without input', () => {
    assert.match(unwrapped({ tool: 'fetch_it' }).answer?.content ?? '', /^fetch_it: What.*\ninput: .*"text"/);
    const whole = unwrapped({ tool: 'data' });
    assert.equal(whole.answer?.ok, true);
    for (const name of ['data_query', 'data_inspect']) assert.match(whole.answer.content, new RegExp(`${name}: `));
  });

  it('are called by their own name', () => {
    const { call, answer } = unwrapped({ tool: 'fetch_it', input: { text: 'x' } });
    assert.equal(answer, undefined);
    assert.deepEqual(call, { id: '1', name: 'fetch_it', arguments: '{"text":"x"}' });
  });

  it('can be called directly as well, and other calls stay as they are', () => {
    for (const name of ['fetch_it', 'read_file', 'nothing']) {
      const call = { id: '1', name, arguments: '{}' };
      assert.deepEqual(unwrapCall(tools, call), { call });
    }
  });

  it('say what is wrong with a call, and what there is', () => {
    for (const [input, says] of [
      [{ tool: 'read_file', input: {} }, /Call it directly\. The families are: data, web/],
      [{ tool: 'nothing' }, /no tool or family nothing/],
      [{}, /Wrong arguments for use_tool/],
      [{ tool: 'data_query', input: 'x' }, /Wrong arguments for use_tool/],
      ['{', /Wrong arguments/],
    ] as const) {
      const { answer } = unwrapped(input);
      assert.equal(answer?.ok, false);
      assert.match(answer.content, says);
    }
  });

  it('are not run by the name of their family', () => {
    assert.equal(unwrapped({ tool: 'data', input: { text: 'x' } }).answer?.ok, true);
  });
});
