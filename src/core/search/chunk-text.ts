export interface Chunk {
  /** Of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Some forty lines of code: the size at which three best chunks a file tell most about it. */
const mostCharacters = 2000;

/** A text in parts of whole lines, cut at a blank line where one is in the second half of a part; a longer line is a part of its own. */
export function chunkText(text: string): readonly Chunk[] {
  const lines = text.split('\n');
  const chunks: Chunk[] = [];
  let first = 0;
  let size = 0;
  let blank = -1;
  const cut = (end: number): void => {
    const part = lines.slice(first, end).join('\n');
    if (part.trim() !== '') chunks.push({ line: first + 1, text: part });
    first = end;
  };
  for (const [index, line] of lines.entries()) {
    // Twice where what is left behind a blank line does not bear a long line either.
    while (size + line.length > mostCharacters && index > first) {
      cut(blank > (first + index) / 2 ? blank + 1 : index);
      size = lines.slice(first, index).reduce((sum, each) => sum + each.length + 1, 0);
    }
    size += line.length + 1;
    if (line.trim() === '') blank = index;
  }
  cut(lines.length);
  return chunks;
}

/** Names that a part defines, in the ways of most languages. */
export function definedNames(text: string): string {
  const names = new Set<string>();
  for (const { groups } of text.matchAll(definition)) names.add(groups?.['name'] ?? groups?.['member'] ?? '');
  return [...names].join(' ');
}

/** Words before a definition, and those that begin one; in a way that all regular expressions know. */
export const modifier =
  'export|default|declare|pub(?:\\(.{0,40}?\\))?|public|private|protected|internal|static|async|final|abstract|override|inline|virtual|unsafe';
export const keyword =
  'function\\*?|class|def|defp|fn|func(?:[ \\t]+\\(.{0,80}?\\))?|fun|sub|interface|type|enum|struct|trait|impl|record|object|const|let|var|val|module|namespace|protocol|mod';
const definition = new RegExp(
  `^[ \\t]*(?:(?:${modifier})[ \\t]+)*(?:${keyword})[ \\t]+(?<name>[\\p{L}_$][\\p{L}\\p{N}_$]*)|^[ \\t]*(?:[\\p{L}\\p{N}_$]{1,60}\\.){1,4}(?<member>[\\p{L}_$][\\p{L}\\p{N}_$]*)[ \\t]*=(?!=)`,
  'gmu',
);
