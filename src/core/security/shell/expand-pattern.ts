import type { Ports } from '../../ports.ts';

const mostNames = 2000;
const mostPaths = 200;

/**
 * The paths that a pattern of the shell could stand for, or why that cannot be said. It finds at least what the shell finds: a
 * plain bracket counts as any character and as itself, since it may have stood in quotes; where nothing fits, the pattern is
 * the name itself.
 */
export async function expandPattern(
  files: Ports['files'],
  folder: string,
  pattern: string,
): Promise<readonly string[] | string> {
  // Older shells have `.*` stand for `..` as well.
  const isRich = /[{}()\\]/.test(pattern) || /[[\]]/.test(pattern.replace(plainBracket, ''));
  if (isRich || /(?:^|\/)\.[*?[]/.test(pattern) || pattern.split('/').some(triesTooMuch))
    return 'a pattern that is too rich to follow';
  let paths = [pattern.startsWith('/') ? '' : folder];
  let fresh = !pattern.startsWith('/');
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    if (!/[*?[]/.test(part)) {
      paths = paths.map((path) => `${path}/${part}`);
      fresh = false;
      continue;
    }
    const next: string[] = [];
    for (const path of paths) {
      const entries = await files.entries(path === '' ? '/' : path, mostNames);
      if (entries === undefined) {
        if ((await files.facts(path)).kind === 'directory') return 'a pattern in a folder with too many names';
        next.push(path);
        continue;
      }
      const names = entries.map(({ name }) => name).filter(matcherOf(part));
      // Such a name would be taken for an option.
      if (fresh && names.some((name) => name.startsWith('-')))
        return 'a pattern that fits a name which begins with a dash';
      next.push(...names.map((name) => `${path}/${name}`));
      if (next.length > mostPaths) return 'a pattern that fits too many names';
    }
    paths = next;
    fresh = false;
  }
  return paths.length > 0 ? paths : [pattern.startsWith('/') ? pattern : `${folder}/${pattern}`];
}

/** Without classes, ranges of another alphabet or a bracket inside. */
const plainBracket = /\[[\w.,-]+\]/g;

/** What a bracket fits may be of two lengths, so between many stars it would have to be tried again and again. */
function triesTooMuch(part: string): boolean {
  return part.includes('[') && part.split(/\*+/).length > 3;
}

function matcherOf(part: string): (name: string) => boolean {
  const source = part
    .split(/(\[[\w.,-]+\])/)
    .map((piece, index) => (index % 2 === 1 ? `(?:.|${plain(piece)})` : plain(piece)))
    .join('');
  const expression = new RegExp(`^${withoutReturn(source.split('.*'))}$`, 'isu');
  // `shopt -s dotglob` is not set: a pattern fits no hidden name, unless it begins with a dot itself.
  return (name) => (part.startsWith('.') || !name.startsWith('.')) && expression.test(name);
}

function plain(piece: string): string {
  return piece
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('?', '.')
    .replace(/\*+/g, '.*');
}

/** The parts between stars, each at the first place where it fits and never tried anew: more stars cost no more than their sum. */
function withoutReturn([first = '', ...others]: readonly string[]): string {
  const last = others.pop();
  if (last === undefined) return first;
  return `${first}${others.map((part, index) => `(?=(.*?${part}))\\${index + 1}`).join('')}.*${last}`;
}
