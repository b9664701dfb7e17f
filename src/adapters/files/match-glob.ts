import picomatch from 'picomatch';

/** A test on paths relative to the searched folder; a glob without a slash means the name at any depth, as in .gitignore. */
export function matchGlob(glob: string): (path: string) => boolean {
  const trimmed = glob.replace(/^\.?\//, '');
  const pattern = trimmed.endsWith('/') ? `${trimmed}**` : trimmed;
  return picomatch(pattern.includes('/') ? pattern : `**/${pattern}`, { dot: true });
}
