import * as z from 'zod/mini';
import { type MemoryRecord, memoryRecordSchema } from '../../protocol/memory.ts';
import { parseJson } from '../parse-json.ts';

/** A record as flat text fields, readable with a server's own tools: texts as they are, everything else as JSON. */
export function toFields(record: MemoryRecord): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(record))
    if (value !== undefined) fields[name] = jsonFields.has(name) ? JSON.stringify(value) : String(value);
  return fields;
}

/** undefined: they are not a record, perhaps one of another program. */
export function fromFields(fields: Readonly<Record<string, unknown>>): MemoryRecord | undefined {
  const value: Record<string, unknown> = {};
  for (const name of Object.keys(memoryRecordSchema.shape)) {
    const field = fields[name];
    if (typeof field !== 'string') continue;
    value[name] = jsonFields.has(name) ? parseJson(field) : field;
  }
  const parsed = z.safeParse(memoryRecordSchema, value);
  return parsed.success ? parsed.data : undefined;
}

const jsonFields: ReadonlySet<string> = new Set([
  'cites',
  'evidence',
  'pinned',
  'review',
  'validTo',
  'supersededBy',
  'trials',
  'workflow',
]);
