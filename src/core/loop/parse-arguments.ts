import type { RecordedCall } from '../../protocol/task-event.ts';
import type { TaskRun } from '../agents/task-run.ts';
import { MagusError } from '../errors/magus-error.ts';
import { parseInWords } from '../errors/parse-in-words.ts';
import { isRecord } from '../is-record.ts';
import { parseJson } from '../parse-json.ts';
import { redacted } from '../security/redact.ts';
import { failureOf } from '../tools/failure-of.ts';
import type { Tool, ToolResult } from '../tools/tool.ts';

/** Characters: what a tool may write fits in, however it is escaped. */
const longestArguments = 8_000_000;

type Parsed =
  | { readonly ok: true; readonly input: unknown; readonly failure: ToolResult }
  | { readonly ok: false; readonly failure: ToolResult };

export const lost: Parsed = {
  ok: false,
  failure: failureOf(
    new MagusError(
      'permission-denied',
      'This call held a secret, which is kept nowhere, so it cannot be made as it was meant. Make it again, with the secret from an environment variable or a file.',
      { code: 'SECRET_NOT_KEPT' },
    ),
  ),
};

export function parseArguments(
  tool: Pick<Tool, 'name' | 'input'> | undefined,
  call: Pick<RecordedCall, 'name' | 'arguments'>,
): Parsed {
  if (!tool)
    return {
      ok: false,
      failure: failureOf(
        new MagusError('tool-input', `There is no tool ${call.name}. Use one of the tools you were given.`, {
          code: 'UNKNOWN_TOOL',
        }),
      ),
    };
  const value = objectIn(call.arguments);
  if (value === undefined)
    return {
      ok: false,
      failure: failureOf(
        new MagusError(
          'tool-input',
          `The arguments of ${call.name} are not a JSON object. Call it again with valid JSON.`,
          { code: 'BAD_JSON' },
        ),
      ),
    };
  const parsed = parseInWords(tool.input, value, 'the arguments');
  if (parsed.ok) return { ok: true, input: parsed.value, failure: failureOf(undefined) };
  return {
    ok: false,
    failure: failureOf(
      new MagusError(
        'tool-input',
        `Wrong arguments for ${call.name}:\n${parsed.faults.join('\n')}\nCall it again with these mended.`,
        { code: 'BAD_ARGUMENTS' },
      ),
    ),
  };
}

/** What the model wrote, whole: the log, and so the state, has it without secrets. */
export function asWritten(run: TaskRun, call: RecordedCall): RecordedCall {
  return { ...call, arguments: run.written.get(call.id) ?? call.arguments };
}

/** After a crash a call that held a secret cannot be made as it was meant, and it is not made otherwise. */
export function isLost(run: TaskRun, call: RecordedCall): boolean {
  return !run.written.has(call.id) && call.arguments.includes(redacted);
}

/** The object that the arguments of a call are; undefined where they are none, or longer than any call needs. */
export function objectIn(text: string): unknown {
  if (text.length > longestArguments) return undefined;
  const value = parseJson(text === '' ? '{}' : text);
  return isRecord(value) ? value : undefined;
}
