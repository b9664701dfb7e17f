import * as z from 'zod/mini';
import { parseJson } from '../parse-json.ts';
import type { ChatModel, ModelListener, ModelReply, ModelRequest } from '../ports.ts';

export interface ShapedQuestion<Value> extends Omit<ModelRequest, 'schema' | 'tools'> {
  /** Of what is asked for: letters, digits, "_" and "-". */
  readonly name: string;
  /** An object whose properties are all required: what may be missing is null or an empty list. */
  readonly shape: z.ZodMiniType<Value>;
}
export interface ShapedAnswer<Value> {
  /** undefined: what the model wrote has not that shape, whatever was asked for. */
  readonly value: Value | undefined;
  readonly reply: ModelReply;
}

/**
 * One answer of a given shape. A model that can be held to a JSON Schema is; every model is told in words, and what comes is
 * checked. Throws as `complete` does.
 */
export async function askForJson<Value>(
  model: ChatModel,
  { name, shape, messages, ...question }: ShapedQuestion<Value>,
  listener: ModelListener,
  signal: AbortSignal,
): Promise<ShapedAnswer<Value>> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, { io: 'output' });
  const words = `Answer with JSON alone, by this JSON Schema: ${JSON.stringify(schema)}`;
  const asked = { ...question, messages: [...messages, { role: 'user', content: words } as const], tools: [] };
  const reply = await model.complete({ ...asked, schema: { name, schema } }, listener, signal);
  return { value: reply.finish === 'stop' ? valueIn(reply.text, shape) : undefined, reply };
}

/** Models put JSON between fences or words when nothing holds them. */
function valueIn<Value>(text: string, shape: z.ZodMiniType<Value>): Value | undefined {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1];
  const braced = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  for (const candidate of [text, fenced ?? '', braced]) {
    const parsed = z.safeParse(shape, parseJson(candidate));
    if (parsed.success) return parsed.data;
  }
  return undefined;
}
