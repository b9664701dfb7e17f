import type { FileSystem } from '../ports.ts';
import { secretsOfEnvironmentFile } from './redact.ts';

/** What .env files of these folders call a secret is one, whatever it looks like. */
export async function secretsOfFolders(
  files: Pick<FileSystem, 'read'>,
  folders: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const name of ['.env', '.env.local', '.env.development', '.env.production', '.env.test']) {
      const bytes = await files.read(`${folder}/${name}`, mostBytes).catch(() => undefined);
      if (bytes) found.push(...secretsOfEnvironmentFile(new TextDecoder().decode(bytes)));
    }
  }
  return found;
}

const mostBytes = 200_000;
