import { isRecord } from '../is-record.ts';
import type { ApiDocument, Json } from './api-document.ts';
import { followRef } from './parse-document.ts';

const usualDepth = 5;
const mostProperties = 60;
/** More than fits into what a model is shown; what refers to each other can be shown in any number of ways. */
const mostParts = 2000;

/**
 * A schema in the short form that a model reads best: `{name*: string, tags: [string], size: "s"|"l"}`; `*` is required. References
 * are followed `depth` deep; one that leads deeper or back into itself stands by its name.
 */
export function showSchema(document: ApiDocument, schema: Json, depth = usualDepth): string {
  return showPart({ document, depth, parts: 0 }, schema, []);
}

interface Showing {
  readonly document: ApiDocument;
  readonly depth: number;
  parts: number;
}

function showPart(showing: Showing, schema: Json, inside: readonly string[]): string {
  const { document, depth } = showing;
  const ref = typeof schema['$ref'] === 'string' ? schema['$ref'] : undefined;
  const name = ref?.split('/').at(-1);
  showing.parts += 1;
  if (showing.parts > mostParts) return name ?? 'any';
  if (ref !== undefined && (inside.includes(ref) || inside.length >= depth)) return name ?? 'any';
  const target = followRef(document.whole, schema);
  if (!target) return name ?? 'any';
  const within = ref === undefined ? [...inside, ''] : [...inside, ref];
  if (within.length > depth * 2) return 'any';
  const show = (part: unknown): string => (isRecord(part) ? showPart(showing, part, within) : 'any');
  const all = parts(target, 'allOf');
  if (all.length > 0)
    return [...all.map(show), ...(target['properties'] ? [showObject(target, show)] : [])].join(' & ');
  const some = [...parts(target, 'oneOf'), ...parts(target, 'anyOf')];
  if (some.length > 0) return some.map(show).join(' | ');
  if (Array.isArray(target['enum']))
    return target['enum']
      .slice(0, 30)
      .map((value) => JSON.stringify(value))
      .join('|');
  if (target['const'] !== undefined) return JSON.stringify(target['const']);
  if (target['type'] === 'array' || target['items']) return `[${show(target['items'])}]`;
  if (target['type'] === 'object' || target['properties']) return showObject(target, show);
  return showPlain(target);
}

function showObject(target: Json, show: (part: unknown) => string): string {
  const required: readonly unknown[] = Array.isArray(target['required']) ? target['required'] : [];
  const properties = Object.entries(isRecord(target['properties']) ? target['properties'] : {});
  const shown = properties.slice(0, mostProperties).map(([name, part]) => {
    const mark = required.includes(name) ? '*' : '';
    const readOnly = isRecord(part) && part['readOnly'] === true ? ' (only in answers)' : '';
    return `${name}${mark}: ${show(part)}${readOnly}`;
  });
  const more = properties.length > mostProperties ? [`… ${properties.length - mostProperties} more`] : [];
  const others = isRecord(target['additionalProperties']) ? [`[name]: ${show(target['additionalProperties'])}`] : [];
  return `{${[...shown, ...more, ...others].join(', ')}}`;
}

function showPlain(target: Json): string {
  const type = Array.isArray(target['type']) ? target['type'].join('|') : String(target['type'] ?? 'any');
  const format = typeof target['format'] === 'string' ? `<${target['format']}>` : '';
  const { minimum, maximum } = target as { readonly minimum?: unknown; readonly maximum?: unknown };
  const range = minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''}..${maximum ?? ''}`;
  const fallback = target['default'] === undefined ? '' : ` = ${JSON.stringify(target['default'])}`;
  return `${type}${format}${range}${target['nullable'] === true ? '|null' : ''}${fallback}`;
}

function parts(target: Json, name: string): readonly unknown[] {
  const value = target[name];
  return Array.isArray(value) ? value : [];
}
