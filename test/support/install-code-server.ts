import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

const version = '4.139.1';

/**
 * Folder of a real VS Code server and workbench (code-server's `lib/vscode`), brought from the npm registry when first
 * needed. Two that install at once do not meet: each fills a folder of its own, the first to rename it wins.
 */
export async function codeServerFolder(): Promise<string> {
  const folder = path.join(cacheFolder(), `code-server-${version}`);
  const vscode = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  if (existsSync(path.join(vscode, 'out', 'server-main.js'))) return vscode;
  console.error(`Bringing VS Code's server (code-server ${version}, 600 MB) from the npm registry into ${folder} …`);
  await mkdir(cacheFolder(), { recursive: true });
  const fresh = await mkdtemp(path.join(cacheFolder(), 'installing-'));
  try {
    // Scripts would compile native parts that neither the tests nor the demo use, and need a compiler for it.
    await npm(fresh, ['install', '--prefix', fresh, `code-server@${version}`]);
    await npm(path.join(fresh, 'node_modules', 'code-server', 'lib', 'vscode'), ['install', '--omit=dev']);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(path.join(vscode, 'out', 'server-main.js'))) throw error;
  }
  return vscode;
}

/** What is brought from the registry once and used by every checkout of this machine. */
export function cacheFolder(): string {
  const named = process.env['OPENMAGUS_CACHE'];
  return named
    ? path.resolve(named)
    : path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'openmagus');
}

/** Runs npm, the one that started us if there is one, without scripts of packages. */
export async function npm(folder: string, words: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const script = process.env['npm_execpath'];
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  // What an outer npm says of itself (its prefix, its flags) must not steer this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const child = spawn(command, [...first, ...words, ...quiet], {
    cwd: folder,
    env: { ...env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32' && command === 'npm',
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
  if (code !== 0) throw new Error(`npm ${words.join(' ')} ended with ${code}. Is the npm registry within reach?`);
}
