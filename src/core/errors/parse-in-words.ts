import * as z from 'zod/mini';

export type ParsedInWords<Value> =
  | { readonly ok: true; readonly value: Value }
  /** One line for each fault: where, and what would be right. */
  | { readonly ok: false; readonly faults: readonly string[] };

const mostFaults = 20;
const longestFault = 1000;

/** A value against a schema, with words for what is wrong: zod/mini has none of its own. `whole` names the value itself. */
export function parseInWords<Value>(schema: z.ZodMiniType<Value>, value: unknown, whole: string): ParsedInWords<Value> {
  const parsed = parse(schema, value);
  if (parsed === undefined) return { ok: false, faults: [`${whole}: cannot be read; write it anew`] };
  if (parsed.success) return { ok: true, value: parsed.data };
  const { issues } = parsed.error;
  const faults = issues
    .slice(0, mostFaults)
    .map((issue) => `${shownPath(issue.path) || whole}: ${wordsOf(issue)}`.slice(0, longestFault));
  const left = issues.length - faults.length;
  return { ok: false, faults: left === 0 ? faults : [...faults, `and ${left} more`] };
}

/** undefined: zod itself fails, as where an object claims a length that is no number. */
function parse<Value>(
  schema: z.ZodMiniType<Value>,
  value: unknown,
): ReturnType<typeof z.safeParse<z.ZodMiniType<Value>>> | undefined {
  try {
    // Without the input, a missing value and a wrong one look alike.
    return z.safeParse(schema, value, { reportInput: true });
  } catch {
    return undefined;
  }
}

/** As a person writes it: edits[0].old_text. Empty for the value itself. */
export function shownPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `there is no ${issue.keys.map((key) => `"${key}"`).join(', ')} here; take it out or mend its spelling`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; it is ${article(issue.expected)}`
        : `must be ${article(issue.expected)}`;
    case 'too_small':
      if (issue.minimum === 1 && (issue.origin === 'string' || issue.origin === 'array')) return 'must not be empty';
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_union':
      return [...new Set(issue.errors.map((kind) => kind.slice(0, 2).map(placed).join(' and ')))].join(', or ');
    case 'invalid_format':
      return issue.pattern === undefined ? `must be ${article(issue.format)}` : `must match ${issue.pattern}`;
    default:
      return issue.message;
  }
}

/** Within a value that may be of several kinds. */
function placed(issue: z.core.$ZodIssue): string {
  const words = wordsOf(issue);
  return issue.path.length === 0 ? words : `${shownPath(issue.path)} ${words}`;
}

function amount(limit: number | bigint, origin: string): string {
  const units: Readonly<Record<string, string>> = { string: ' characters long', array: ' items long' };
  return `${limit}${units[origin] ?? ''}`;
}

function article(type: string): string {
  if (type === 'url') return 'a URL';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
