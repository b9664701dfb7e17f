let row = new Uint16Array(1024);

/** Letters to change, add or take away (Levenshtein). Time grows with the product of the lengths, of at most 65,535. */
export function editDistance(left: string, right: string): number {
  if (left === right) return 0;
  if (row.length <= right.length) row = new Uint16Array(right.length + 1);
  for (let column = 0; column <= right.length; column += 1) row[column] = column;
  for (let line = 1; line <= left.length; line += 1) {
    const unit = left.charCodeAt(line - 1);
    let diagonal = line - 1;
    let before = line;
    for (let column = 1; column <= right.length; column += 1) {
      const above = row[column] ?? 0;
      const swapped = diagonal + (unit === right.charCodeAt(column - 1) ? 0 : 1);
      before = Math.min(swapped, above + 1, before + 1);
      row[column] = before;
      diagonal = above;
    }
    row[0] = line;
  }
  return row[right.length] ?? 0;
}
