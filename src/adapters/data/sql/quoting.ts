/** A name of a table or column, as it stands in a statement. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text, as it stands in a statement. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
