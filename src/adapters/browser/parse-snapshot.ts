/** One element of a page as assistive technology would be told of it. */
export interface PageNode {
  /** "button"; `text` for bare text. */
  readonly role: string;
  readonly name: string;
  /** Its text or value, where it has no children. */
  readonly text: string;
  readonly ref: string | undefined;
  /** "checked", "disabled", "level=2" … */
  readonly states: readonly string[];
  /** A pointer shows over it: it can probably be clicked, whatever its role. */
  readonly clickable: boolean;
  readonly url: string | undefined;
  readonly placeholder: string | undefined;
  readonly children: readonly PageNode[];
}

interface Growing extends PageNode {
  url: string | undefined;
  placeholder: string | undefined;
  readonly children: Growing[];
}

/** Reads the accessibility snapshot that Playwright makes for models: one element a line, indented by two blanks a level. */
export function parseSnapshot(yaml: string): readonly PageNode[] {
  const root = node('root', '', '', []);
  const stack: Growing[] = [root];
  for (const line of yaml.split('\n')) {
    const [, blanks = '', entry] = /^( *)- (.*)$/.exec(line) ?? [];
    if (entry === undefined) continue;
    const depth = blanks.length / 2 + 1;
    stack.length = Math.min(stack.length, depth);
    const parent = stack.at(-1) ?? root;
    const { key, value } = entryOf(entry);
    if (key === '/url') parent.url = value;
    else if (key === '/placeholder') parent.placeholder = value;
    else if (!key.startsWith('/')) {
      const read = nodeOf(key, value);
      parent.children.push(read);
      stack.push(read);
    }
  }
  return root.children;
}

/** `link "Home" [ref=e4]: text`, where either part may be quoted as YAML has it. */
function entryOf(entry: string): { readonly key: string; readonly value: string } {
  const quoted = /^'((?:[^']|'')*)'(?::(?: (.*))?)?$/.exec(entry);
  if (quoted) return { key: (quoted[1] ?? '').replaceAll("''", "'"), value: scalar(quoted[2] ?? '') };
  const whole = /^((?:[^":]|"(?:[^"\\]|\\.)*")*?)(?::(?: (.*))?)?$/.exec(entry);
  return { key: (whole?.[1] ?? entry).trim(), value: scalar(whole?.[2] ?? '') };
}

function scalar(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  return text.startsWith('"') ? fromJson(text) : text;
}

function nodeOf(key: string, value: string): Growing {
  if (key === 'text') return node('text', '', oneLine(value), []);
  const [, role = 'generic', quoted, rest = ''] = /^([\w-]+)(?: ("(?:[^"\\]|\\.)*"))?(.*)$/s.exec(key) ?? [];
  const states = [...rest.matchAll(/\[([^\]]*)\]/g)].map(([, state = '']) => state);
  return node(role, quoted === undefined ? '' : oneLine(fromJson(quoted)), oneLine(value), states);
}

function node(role: string, name: string, text: string, states: readonly string[]): Growing {
  const ref = states.find((state) => state.startsWith('ref='))?.slice(4);
  const told = states.filter((state) => !/^(ref|cursor)=|^active$/.test(state));
  const clickable = states.includes('cursor=pointer');
  return { role, name, text, ref, states: told, clickable, url: undefined, placeholder: undefined, children: [] };
}

/** A page says what it says in one line: it cannot begin one of ours. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function fromJson(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.replace(/^"|"$/g, '');
  }
}
