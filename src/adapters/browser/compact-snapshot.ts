import { beginningOf } from '../../core/beginning-of.ts';
import { tableLines } from './compact-table.ts';
import type { PageNode } from './parse-snapshot.ts';

/** A line of what a model is shown; `depth` counts the blanks before it. */
export interface PageLine {
  readonly depth: number;
  readonly text: string;
}

export const longestName = 160;
export const longestText = 400;

const controls = new Set(
  'button link textbox searchbox checkbox radio combobox listbox switch slider spinbutton tab menuitem menuitemcheckbox menuitemradio option treeitem iframe'.split(
    ' ',
  ),
);
/** Named parts of a page that are worth choosing as a scope. */
const parts = new Set(
  'table grid treegrid form dialog alertdialog main navigation search region list tree menu menubar tablist tabpanel toolbar group radiogroup article banner contentinfo complementary feed'.split(
    ' ',
  ),
);
const tables = new Set(['table', 'grid', 'treegrid']);
const short: Readonly<Record<string, string>> = {
  navigation: 'nav',
  paragraph: 'p',
  contentinfo: 'footer',
  banner: 'header',
};

/** The tree in as few words as tell a model everything: what only holds other things together has no line of its own. */
export function compactLines(nodes: readonly PageNode[], depth = 0): readonly PageLine[] {
  const lines: PageLine[] = [];
  for (const node of nodes) {
    if (node.role === 'text') {
      if (node.text !== '') lines.push({ depth, text: quoted(beginningOf(node.text, longestText)) });
      continue;
    }
    if (tables.has(node.role)) {
      lines.push(...tableLines(node, depth));
      continue;
    }
    const inner = flatten(node);
    const own = lineOf(node);
    if (own === undefined) lines.push(...compactLines(inner, depth));
    else {
      lines.push({ depth, text: own }, ...compactLines(inner, depth + 1));
    }
  }
  return mergeTexts(withoutLabels(lines));
}

/** What an element says of itself; undefined: it only holds others. */
export function lineOf(node: PageNode): string | undefined {
  const { role, name, text, states } = node;
  const acts = isControl(node);
  const says = name !== '' || text !== '';
  if (!acts && !says && !parts.has(role) && role !== 'heading') return undefined;
  if (!acts && !parts.has(role) && (role === 'generic' || role === 'paragraph') && name === '')
    return quoted(beginningOf(text, longestText));
  const level = states.find((state) => state.startsWith('level='))?.slice(6) ?? '';
  const words = [`${short[role] ?? role}${level}`];
  if (name !== '') words.push(quoted(beginningOf(name, longestName)));
  words.push(...states.filter((state) => !state.startsWith('level=')));
  if ((acts || parts.has(role)) && node.ref !== undefined) words.push(node.ref);
  if (node.placeholder !== undefined && node.placeholder !== name)
    words.push(`placeholder ${quoted(node.placeholder)}`);
  if (text !== '' && text !== name) words.push(`= ${quoted(beginningOf(text, longestText))}`);
  if (node.url !== undefined && !/^(#|javascript:)/.test(node.url))
    words.push(`→ ${beginningOf(addressText(node.url), 60)}`);
  return words.join(' ');
}

/** The text of a labelled control or of a link is its name already. */
function flatten(node: PageNode): readonly PageNode[] {
  const repeats = (child: PageNode): boolean =>
    child.role === 'text'
      ? node.name.includes(child.text)
      : (child.role === 'generic' || child.role === 'paragraph') &&
        !child.clickable &&
        child.name === '' &&
        (child.text === '' ? child.children.every(repeats) : node.name.includes(child.text));
  return node.name === '' ? node.children : node.children.filter((child) => !repeats(child));
}

/** A label beside its control is that control's name already. */
function withoutLabels(lines: readonly PageLine[]): readonly PageLine[] {
  const names = (line: PageLine | undefined, { depth, text }: PageLine): boolean =>
    line?.depth === depth && line.text.split(' ').slice(1).join(' ').startsWith(`${text} `);
  return lines.filter(
    (line, index) => !line.text.startsWith('"') || !(names(lines[index - 1], line) || names(lines[index + 1], line)),
  );
}

function mergeTexts(lines: readonly PageLine[]): readonly PageLine[] {
  const merged: PageLine[] = [];
  for (const line of lines) {
    const last = merged.at(-1);
    const bothTexts = last?.depth === line.depth && last.text.startsWith('"') && line.text.startsWith('"');
    if (last && bothTexts && last.text.length + line.text.length < longestText)
      merged[merged.length - 1] = { depth: line.depth, text: `${last.text.slice(0, -1)} ${line.text.slice(1)}` };
    else merged.push(line);
  }
  return merged;
}

/** A text of the page: it cannot end its own quotes. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', "'")}"`;
}

/** Signs that have no place in an address cannot end the line or a quote of ours. */
function addressText(url: string): string {
  return url.replace(/[\s"'`<>\\]/g, (sign) => `%${(sign.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
}

/** Whether something can be done with it. */
export function isControl({ role, clickable }: PageNode): boolean {
  return controls.has(role) || clickable;
}
