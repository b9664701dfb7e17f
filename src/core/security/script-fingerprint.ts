import type { Effect, EffectCommand } from '../../protocol/effects.ts';
import type { Ports } from '../ports.ts';
import { shownIn, upwards } from './canonical-path.ts';

/** Programs that run what a file of the workspace says, with the names of that file. */
const runners = new Map<string, readonly string[]>([
  ...['npm', 'npx', 'pnpm', 'pnpx', 'yarn', 'bun', 'bunx'].map((name): [string, readonly string[]] => [
    name,
    ['package.json'],
  ]),
  ...['make', 'gmake'].map((name): [string, readonly string[]] => [name, ['GNUmakefile', 'makefile', 'Makefile']]),
  ['just', ['justfile', 'Justfile', '.justfile']],
  ['task', ['Taskfile.yml', 'Taskfile.yaml']],
]);

const mostBytes = 1_000_000;

/**
 * The files that say what these commands run, with a hash of what they say: an approval of `npm test` holds for the scripts
 * that were there, and is asked for again when they have changed.
 */
export async function scriptEffects(
  { files, hash }: Pick<Ports, 'files' | 'hash'>,
  commands: readonly EffectCommand[],
  place: { readonly cwd: string; readonly roots: readonly string[] },
): Promise<readonly Effect[]> {
  const names = new Set(commands.flatMap(({ words }) => words.flatMap((word) => runners.get(baseName(word)) ?? [])));
  const effects: Effect[] = [];
  for (const name of names) {
    const path = await nearest(files, name, place);
    const content = path === undefined ? undefined : await files.read(path, mostBytes).catch(() => undefined);
    if (path === undefined || content === undefined) continue;
    effects.push({ verb: 'read', object: path, zone: 'workspace', content: hash.sha256(partThatRuns(name, content)) });
  }
  return effects;
}

async function nearest(
  files: Ports['files'],
  name: string,
  { cwd, roots }: { readonly cwd: string; readonly roots: readonly string[] },
): Promise<string | undefined> {
  for (const at of upwards(cwd)) {
    if (shownIn(at || '/', roots) === undefined) return undefined;
    const facts = await files.facts(`${at}/${name}`);
    if (facts.kind === 'file') return facts.real;
  }
  return undefined;
}

function partThatRuns(name: string, content: Uint8Array): string {
  const text = new TextDecoder().decode(content);
  if (name !== 'package.json') return text;
  try {
    const manifest: unknown = JSON.parse(text);
    const scripts = typeof manifest === 'object' && manifest !== null && 'scripts' in manifest ? manifest.scripts : {};
    return JSON.stringify(scripts);
  } catch {
    return text;
  }
}

function baseName(word: string): string {
  return (
    word
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.(?:cmd|exe|ps1)$/i, '') ?? ''
  );
}
