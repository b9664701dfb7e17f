import { toMagusError } from '../errors/magus-error.ts';
import type { ToolResult } from './tool.ts';

/** What went wrong as the answer of a call: the model reads the message. */
export function failureOf(caught: unknown): ToolResult {
  const { kind, message, code } = toMagusError(caught);
  return { ok: false, content: message, error: { kind, message, ...(code === undefined ? {} : { code }) } };
}
