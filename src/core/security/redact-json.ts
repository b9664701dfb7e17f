import { parseJson } from '../parse-json.ts';
import { redact } from './redact.ts';

/**
 * JSON text without secrets, and still JSON: each text in it is looked at with the name it stands under. What is no JSON is
 * redacted as any text.
 */
export function redactJson(text: string, known: readonly string[]): string {
  const value = parseJson(text);
  if (value === undefined) return redact(text, known);
  const clean = cleanValue(value, '', known);
  return clean === value ? text : JSON.stringify(clean);
}

/** The very same value where nothing in it is secret, so that the text stays as the model wrote it. */
function cleanValue(value: unknown, name: string, known: readonly string[]): unknown {
  if (typeof value === 'string') return cleanText(value, name, known);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => cleanValue(item, name, known));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value);
  const cleaned = entries.map(([key, entry]) => [key, cleanValue(entry, key, known)] as const);
  return cleaned.every(([, entry], index) => entry === entries[index]?.[1]) ? value : Object.fromEntries(cleaned);
}

/** What calls a value a secret stands at the end of its name, and each value is looked at with it. */
const longestName = 100;

function cleanText(text: string, name: string, known: readonly string[]): string {
  const clean = redact(text, known);
  if (clean !== text || name === '') return clean;
  // `"password": "…"`: alone the value says nothing, its name does.
  const head = `"${name.slice(-longestName)}": "`;
  const named = redact(`${head}${text}"`, known);
  return named === `${head}${text}"` || !named.startsWith(head) ? text : named.slice(head.length, -1);
}
