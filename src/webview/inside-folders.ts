/**
 * Words about files as a person reads them: paths inside the open folder begin there, with several folders at the folder's
 * name. What lies outside keeps its whole path.
 */
export function insideFolders(words: string, roots: readonly string[]): string {
  // The longest first, should one folder lie in another.
  const ordered = [...roots].sort((left, right) => right.length - left.length);
  return ordered.reduce((text, root) => {
    const name = roots.length > 1 ? `${root.split(/[\\/]/).at(-1)}` : '';
    return text
      .replaceAll(`${root}$ `, name ? `${name}$ ` : '')
      .replaceAll(`${root}/`, name ? `${name}/` : '')
      .replaceAll(`${root}\\`, name ? `${name}\\` : '');
  }, words);
}
