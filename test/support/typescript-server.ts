import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, npm } from './install-code-server.ts';

/** The last version that has a server which VS Code's extension for TypeScript can start. */
const version = '6.0.3';

/** Folder of a language server for TypeScript, brought from the npm registry when first needed. */
export async function typescriptServer(): Promise<string> {
  const folder = path.join(cacheFolder(), `typescript-${version}`);
  const library = path.join(folder, 'node_modules', 'typescript', 'lib');
  if (existsSync(path.join(library, 'tsserver.js'))) return library;
  await mkdir(folder, { recursive: true });
  await npm(folder, ['install', '--prefix', folder, `typescript@${version}`]);
  return library;
}
