import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/** The checkout this file belongs to. */
export const projectFolder = path.resolve(import.meta.dirname, '..', '..');
/** What tests leave behind: packages, bundles, screenshots. Ignored by git. */
export const leftovers = path.join(projectFolder, '.vscode-test');

/** Builds `dist`. Within a run of suites, which has built it, nothing is done for development: files that run side by side need it in place. */
export async function buildExtension(purpose: 'development' | 'production' = 'development'): Promise<void> {
  if (purpose === 'development' && process.env['OPENMAGUS_BUILT'] !== undefined) return;
  await runNode(['esbuild.js', ...(purpose === 'production' ? ['--production'] : [])]);
}

/** Builds for production and packages; returns the path of the `.vsix`. */
export async function packageExtension(): Promise<string> {
  const file = path.join(leftovers, 'openmagus.vsix');
  await mkdir(leftovers, { recursive: true });
  await buildExtension('production');
  const vsce = path.join(projectFolder, 'node_modules', '@vscode', 'vsce', 'vsce');
  await runNode([vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', file]);
  return file;
}

async function runNode(words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, words, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}:\n${Buffer.concat(output).toString()}`);
}
