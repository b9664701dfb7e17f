import * as z from 'zod/mini';
import type { RecordedCall } from '../../protocol/task-event.ts';
import { MagusError } from '../errors/magus-error.ts';
import { parseInWords } from '../errors/parse-in-words.ts';
import { objectIn } from '../loop/parse-arguments.ts';
import type { ToolSpec } from '../ports.ts';
import { specOf } from './control-tools.ts';
import { failureOf } from './failure-of.ts';
import type { Tool, ToolResult } from './tool.ts';

export const useTool = 'use_tool';

const useToolInput = z.object({
  tool: z.string().check(z.minLength(1), z.maxLength(100)),
  input: z.optional(z.record(z.string(), z.unknown())),
});

/** Tools that a model is told of in every request; the others belong to a family and are described when they are asked for. */
export function coreTools(tools: readonly Tool[]): readonly Tool[] {
  return tools.filter(({ family }) => family === undefined);
}

/** The one call by which a model reaches the families; undefined where there are none. */
export function useToolSpec(tools: readonly Tool[]): ToolSpec | undefined {
  const families = [...familiesOf(tools)].map(([family, members]) => `${family}: ${namesOf(members)}`);
  if (families.length === 0) return undefined;
  const description = `More tools, by family. ${families.join('; ')}. Without input: how a family or tool is used. With input: runs it.`;
  return { ...specOf(useTool, '', useToolInput), description };
}

/** What a call by `use_tool` stands for: the call of the tool itself, or the answer where it only asked. Other calls stand for themselves. */
export function unwrapCall(
  tools: readonly Tool[],
  call: RecordedCall,
): { readonly call: RecordedCall; readonly answer?: ToolResult } {
  if (call.name !== useTool) return { call };
  const parsed = parseInWords(useToolInput, objectIn(call.arguments), 'the arguments');
  if (!parsed.ok) return { call, answer: wrong(`Wrong arguments for ${useTool}:\n${parsed.faults.join('\n')}`) };
  const { tool: name, input } = parsed.value;
  const found = familiesOf(tools).get(name) ?? tools.filter((tool) => tool.name === name && tool.family !== undefined);
  if (found.length === 0) {
    const direct = tools.some((tool) => tool.name === name) ? ' Call it directly.' : '';
    return { call, answer: wrong(`There is no tool or family ${name.slice(0, 100)} here.${direct} ${known(tools)}`) };
  }
  if (input !== undefined && found[0]?.name === name)
    return { call: { ...call, name, arguments: JSON.stringify(input) } };
  return { call, answer: { ok: true, content: found.map(describe).join('\n\n') } };
}

function familiesOf(tools: readonly Tool[]): ReadonlyMap<string, readonly Tool[]> {
  const families = new Map<string, Tool[]>();
  for (const tool of tools) {
    if (tool.family !== undefined) families.set(tool.family, [...(families.get(tool.family) ?? []), tool]);
  }
  return families;
}

function describe({ name, description, input }: Tool): string {
  return `${name}: ${description}\ninput: ${JSON.stringify(specOf(name, description, input).parameters)}`;
}

function known(tools: readonly Tool[]): string {
  return `The families are: ${[...familiesOf(tools).keys()].join(', ') || 'none'}.`;
}

function namesOf(tools: readonly Tool[]): string {
  return tools.map(({ name }) => name).join(' ');
}

function wrong(message: string): ToolResult {
  return failureOf(new MagusError('tool-input', message, { code: 'BAD_ARGUMENTS' }));
}
