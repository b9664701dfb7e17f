import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a model asks for in one turn; each agent has its own words for it. */
export type Move =
  | { readonly kind: 'read'; readonly file: string }
  | { readonly kind: 'edit'; readonly file: string; readonly before: string; readonly after: string }
  | { readonly kind: 'command'; readonly command: string };

const files = 17;
export const goal = 'Bump the constants.';

/** 17 reads, 17 edits and 16 commands, in turn. */
export const moves: readonly Move[] = Array.from({ length: files }, (_, index): readonly Move[] => {
  const file = fileName(index);
  return [
    { kind: 'read', file },
    { kind: 'edit', file, before: `export const VALUE_${index} = 0;`, after: `export const VALUE_${index} = 1;` },
    { kind: 'command', command: `grep -c export ${file}` },
  ];
})
  .flat()
  .slice(0, 50);

/** A folder with the files that the moves speak of, about 2.5 KB each. */
export async function makeWorkspace(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'openmagus-turns-'));
  await mkdir(path.join(folder, 'src'));
  for (let index = 0; index < 20; index += 1) await writeFile(path.join(folder, fileName(index)), sourceOf(index));
  execFileSync('git', ['init', '-q'], { cwd: folder });
  return folder;
}

/** How many of the 17 edits are in the files. */
export async function editsMade(folder: string): Promise<number> {
  const texts = await Promise.all(
    Array.from({ length: files }, (_, index) => readFile(path.join(folder, fileName(index)), 'utf8')),
  );
  return texts.filter((text) => text.includes(' = 1;')).length;
}

function fileName(index: number): string {
  return `src/file_${index}.ts`;
}

function sourceOf(index: number): string {
  const functions = Array.from(
    { length: 30 },
    (_, each) => `export function f${index}_${each}(x: number): number {\n  return x * ${each} + VALUE_${index};\n}\n`,
  );
  return `export const VALUE_${index} = 0;\n${functions.join('')}`;
}
