import type { Cell } from '../../core/data-port.ts';

/** What a model is shown of one result, in characters. */
const mostCharacters = 48_000;

/** Rows as CSV below their names, as many as there is room for. */
export function rowsText(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): { readonly text: string; readonly shown: number } {
  const lines = [columns.map(cellText).join(',').slice(0, mostCharacters)];
  let room = mostCharacters - (lines[0]?.length ?? 0);
  for (const row of rows) {
    const line = row.map(cellText).join(',');
    room -= line.length + 1;
    if (room < 0 && lines.length > 1) break;
    lines.push(line.slice(0, mostCharacters));
  }
  return { text: lines.join('\n'), shown: lines.length - 1 };
}

/** NULL is empty, an empty text is quoted. */
export function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  return cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** 12,345 rows. */
export function counted(count: number, one: string): string {
  return `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
}
