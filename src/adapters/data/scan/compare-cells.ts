import type { Cell } from '../../../core/data-port.ts';

/** SQLite's order: NULL, then numbers, then text by its bytes. */
export function compareCells(left: Cell, right: Cell): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  return rank(left) - rank(right);
}

/** As UTF-8 has it: characters beyond U+FFFF come last, while their halves in UTF-16 do not. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a === b) continue;
    return a >= 0xd800 && b >= 0xd800 ? surrogatesLast(a) - surrogatesLast(b) : a - b;
  }
  return left.length - right.length;
}

function surrogatesLast(code: number): number {
  return code >= 0xe000 ? code - 0x800 : code + 0x2000;
}

function rank(cell: Cell): number {
  return cell === null ? 0 : typeof cell === 'number' ? 1 : 2;
}
