import type { Effect } from '../../protocol/effects.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { FileFacts, Ports } from '../ports.ts';
import { oddPath, pathBelow } from '../security/canonical-path.ts';
import { protectedName } from '../security/protected-paths.ts';
import { secretName } from '../security/secret-paths.ts';

export interface ResolvedPath extends FileFacts {
  readonly zone: Effect['zone'];
  /** Relative to its workspace folder, with forward slashes; the real path where it lies outside. */
  readonly shown: string;
}

/** A path as the model wrote it → the real path, decided against the workspace folders. Throws `tool-input` BAD_PATH. */
export async function resolvePath(ports: Ports, roots: readonly string[], path: string): Promise<ResolvedPath> {
  const { platform = 'posix' } = ports.files;
  const odd = oddPath(path, platform);
  if (odd !== undefined) {
    throw new MagusError('tool-input', `The path ${odd}. Give a path inside the workspace.`, { code: 'BAD_PATH' });
  }
  const root = roots[0];
  if (root === undefined) {
    throw new MagusError(
      'user-input',
      'No folder is open, so there is no file to work on. Open a folder and start the task again.',
      { code: 'NO_FOLDER' },
    );
  }
  const facts = await ports.files.facts(isAbsolute(path) ? path : `${root}/${path}`);
  const below = roots.map((each) => pathBelow(facts.real, each, platform)).find((each) => each !== undefined);
  const shown = below === undefined ? facts.real : below || '.';
  return { ...facts, zone: below === undefined ? 'outside' : 'workspace', shown };
}

/** The effect of a verb on a resolved path, marked where it always asks, unless the change was looked at and found `harmless`. */
export function fileEffect(verb: 'read' | 'write' | 'delete', path: ResolvedPath, harmless = false): Effect {
  // A file with secrets that is moved could be read by its new name.
  const name = secretName(path.shown) ?? (verb === 'read' || harmless ? undefined : protectedName(path.shown));
  return { verb, object: path.real, zone: path.zone, ...(name === undefined ? {} : { protects: name }) };
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}
