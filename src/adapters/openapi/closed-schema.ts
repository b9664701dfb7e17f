import type { ApiDocument, Json } from '../../core/api/api-document.ts';
import { followRef } from '../../core/api/parse-document.ts';
import { isRecord } from '../../core/is-record.ts';

/**
 * A schema with all that it refers to, and nothing else of a document that may have ten megabytes: references lead into `$defs`, so
 * that cycles stay what they are. What OpenAPI 3.0 says in words of its own (`nullable`) and what holds for answers alone
 * (a required `readOnly` property) is put into plain JSON Schema.
 */
export function closedSchema(document: ApiDocument, schema: Json): Json {
  const definitions: Record<string, unknown> = {};
  const names = new Map<string, string>();
  const close = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(close);
    if (!isRecord(value)) return value;
    const ref = value['$ref'];
    if (typeof ref === 'string') return { $ref: `#/$defs/${define(ref)}` };
    const own = Object.fromEntries(
      Object.entries(value).map(([name, part]) => {
        if (verbatim.has(name)) return [name, part];
        return [name, named.has(name) && isRecord(part) ? closeEach(part) : close(part)];
      }),
    );
    return nullable(withoutAnswers(value, own));
  };
  /** Its names are those of a person's data: one may be called "default". */
  const closeEach = (parts: Json): Json =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, close(part)]));
  const define = (ref: string): string => {
    const known = names.get(ref);
    if (known !== undefined) return known;
    const name = `d${names.size}`;
    names.set(ref, name);
    // What leads nowhere, or into another document, holds for everything.
    definitions[name] = close(followRef(document.whole, { $ref: ref }) ?? {});
    return name;
  };
  const closed = close(schema) as Json;
  return { ...closed, $defs: definitions };
}

const verbatim = new Set(['enum', 'const', 'default', 'example', 'examples', 'required']);
const named = new Set(['properties', 'patternProperties']);

function withoutAnswers({ properties, required }: Json, own: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(required) || !isRecord(properties)) return own;
  const needed = required.filter((name) => {
    const property = properties[String(name)];
    return !(isRecord(property) && property['readOnly'] === true);
  });
  return { ...own, required: needed };
}

function nullable(own: Record<string, unknown>): Record<string, unknown> {
  if (own['nullable'] !== true) return own;
  const { nullable: _said, ...rest } = own;
  return { anyOf: [rest, { type: 'null' }] };
}
