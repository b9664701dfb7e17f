import type { Effect } from '../protocol/effects.ts';

/**
 * Words about files as a person reads them: a path inside the open folder begins there, with several folders at the folder's
 * name. What lies outside keeps its whole path, and so does a longer path in which the folder's stands.
 */
export function insideFolders(words: string, roots: readonly string[]): string {
  return innerFirst(roots).reduce(
    (text, root) => text.replace(beginningOf(root), (_found, border: string) => prefix(root, roots, border)),
    words,
  );
}

/**
 * The object of an effect for a person who decides on it. Of a command no more than the folder in front is left out, and of a
 * path its beginning; everything else stands as it is.
 */
export function shownObject({ verb, object }: Pick<Effect, 'verb' | 'object'>, roots: readonly string[]): string {
  if (verb === 'run') {
    const root = innerFirst(roots).find((each) => object.startsWith(`${each}$ `));
    return root === undefined ? object : prefix(root, roots, '$ ') + object.slice(root.length + 2);
  }
  return verb === 'read' || verb === 'write' || verb === 'delete' ? insideFolder(object, roots) : object;
}

/** One path, which begins at the open folder if it lies in it. */
export function insideFolder(path: string, roots: readonly string[]): string {
  const root = innerFirst(roots).find((each) => /^[\\/][^\\/]/.test(path.slice(each.length)) && path.startsWith(each));
  return root === undefined ? path : prefix(root, roots, path.charAt(root.length)) + path.slice(root.length + 1);
}

/** Should one folder lie in another, the inner one counts. */
function innerFirst(roots: readonly string[]): readonly string[] {
  return [...roots].sort((left, right) => right.length - left.length);
}

function prefix(root: string, roots: readonly string[], border: string): string {
  return roots.length > 1 ? `${root.split(/[\\/]/).at(-1)}${border}` : '';
}

/** The folder where a path begins with it and goes on. */
function beginningOf(root: string): RegExp {
  const escaped = root.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![^\s"'(\[{<,;=])${escaped}([\\/])(?=[^\s\\/"')\]}>,;])`, 'g');
}
