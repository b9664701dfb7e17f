import { beginningOf } from '../../core/beginning-of.ts';
import { isControl, lineOf, longestName, longestText, type PageLine, quoted } from './compact-snapshot.ts';
import type { PageNode } from './parse-snapshot.ts';

interface Cell {
  readonly text: string;
  readonly controls: readonly PageNode[];
}
/** What the controls of a column are in most of its rows. */
interface Usual {
  readonly roles: string;
  /** Words that the name of each begins with in every row. */
  readonly beginnings: readonly string[];
  readonly told: string;
}

/** One line a row. What the controls of most rows are stands once above them; there the rows have only their refs. */
export function tableLines(table: PageNode, depth: number): readonly PageLine[] {
  const rows = rowsOf(table).map((row) => row.children.map(cellOf));
  const usual = usualOf(rows);
  const name = table.name || table.children.find(({ role }) => role === 'caption')?.text || '';
  const words = [table.role, name === '' ? '' : quoted(beginningOf(name, longestName)), table.ref ?? ''];
  const width = Math.max(0, ...rows.map((row) => row.length));
  const lines = [{ depth, text: `${words.filter(Boolean).join(' ')}: ${rows.length} rows × ${width} columns` }];
  const told = [...usual].map(([column, { told }]) => `column ${column + 1}: ${told}`);
  if (told.length > 0) lines.push({ depth: depth + 1, text: `the refs are, in ${told.join('; ')}` });
  for (const row of rows) {
    const text = rowText(row, usual);
    if (/[^ |]/.test(text)) lines.push({ depth: depth + 1, text });
  }
  return lines;
}

function rowsOf({ children }: PageNode): readonly PageNode[] {
  return children.flatMap((child) =>
    child.role === 'row' ? [child] : child.role === 'rowgroup' || child.role === 'generic' ? rowsOf(child) : [],
  );
}

function cellOf(cell: PageNode): Cell {
  const controls = controlsIn(cell);
  const text = controls.length === 0 ? cell.name || textsIn(cell) : textsIn(cell);
  return { text: beginningOf(text.replaceAll('|', '¦'), longestText), controls };
}

function controlsIn(node: PageNode): readonly PageNode[] {
  return isControl(node) ? [node] : node.children.flatMap(controlsIn);
}

/** Text that belongs to no control. */
function textsIn(node: PageNode): string {
  if (isControl(node)) return '';
  return [node.text, ...node.children.map(textsIn)].filter(Boolean).join(' ');
}

const leastRows = 3;

function usualOf(rows: readonly (readonly Cell[])[]): ReadonlyMap<number, Usual> {
  const columns = new Map<number, Map<string, Cell[]>>();
  for (const row of rows)
    for (const [column, cell] of row.entries()) {
      if (cell.controls.length === 0) continue;
      const byRoles = columns.get(column) ?? new Map<string, Cell[]>();
      columns.set(column, byRoles.set(rolesOf(cell), [...(byRoles.get(rolesOf(cell)) ?? []), cell]));
    }
  return new Map(
    [...columns].flatMap(([column, byRoles]) => {
      const [most] = [...byRoles].sort(([, left], [, right]) => right.length - left.length);
      return most === undefined || most[1].length < leastRows ? [] : [[column, usual(most[0], most[1])] as const];
    }),
  );
}

function usual(roles: string, cells: readonly Cell[]): Usual {
  const beginnings = (cells[0]?.controls ?? []).map((_, place) =>
    cells.map(({ controls }) => controls[place]?.name ?? '').reduce(commonBeginning),
  );
  const told = (cells[0]?.controls ?? []).map(({ role, name }, place) => {
    const begins = beginnings[place] ?? '';
    const same = begins === name;
    return same ? `${role} ${quoted(name)}` : begins === '' ? role : `${role} ${quoted(`${begins} …`)}`;
  });
  return { roles, beginnings, told: told.join(', ') };
}

/** In whole words. */
function commonBeginning(one: string, other: string): string {
  const [left, right] = [one.split(' '), other.split(' ')];
  const differs = left.findIndex((word, index) => word !== right[index]);
  return left.slice(0, differs < 0 ? left.length : differs).join(' ');
}

function rolesOf({ controls }: Cell): string {
  return controls.map(({ role }) => role).join(' ');
}

function rowText(row: readonly Cell[], usual: ReadonlyMap<number, Usual>): string {
  const said = row.map(({ text }) => text).join(' ');
  const cells = row.map((cell, column) => {
    const known = usual.get(column);
    const isUsual = known !== undefined && rolesOf(cell) === known.roles;
    const controls = cell.controls.map((control, place) =>
      isUsual ? shortControl(control, known.beginnings[place] ?? '', said) : (lineOf(control) ?? ''),
    );
    return [cell.text, ...controls].filter(Boolean).join(' ');
  });
  return cells.join(' | ');
}

/** Its name is told where it is not the usual one and says more than the row does anyway. */
function shortControl({ name, text, ref, states }: PageNode, begins: string, said: string): string {
  const own = name.slice(begins.length).trim();
  return [
    own === '' || said.includes(own) ? '' : quoted(beginningOf(name, longestName)),
    ref ?? '',
    ...states,
    text === '' || text === name ? '' : `= ${quoted(beginningOf(text, longestText))}`,
  ]
    .filter(Boolean)
    .join(' ');
}
