import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { isBelow } from '../../core/security/canonical-path.ts';
import { protectedName } from '../../core/security/protected-paths.ts';
import { isSecretFile, protectedTop, type SetAside } from '../../core/security/sandbox.ts';

const run = promisify(execFile);

/** Names that may be protected or secret; which of them are is decided by the rules themselves. */
const candidates =
  '.* *.md *.json *.jsonc *.lock *.lockb *.yml *.yaml *.toml *.conf *.ini *.config *.sum *.resolved *.lockfile *.code-workspace jenkinsfile* id_* _netrc'.split(
    ' ',
  );
/** Each is a mount of its own while a command runs. */
const mostMounts = 1200;

export interface ProtectedFiles {
  /** Absolute; of a protected folder the folder itself. */
  readonly protectedPaths: readonly string[];
  readonly secretFiles: readonly string[];
}

/** All of the workspace folders that no confined command may change or read. Links count by their name. */
export async function findProtected(roots: readonly string[]): Promise<ProtectedFiles> {
  const names = candidates.flatMap((name) => ['-o', '-iname', name]).slice(1);
  // git's own data and what packages brought are whole: nobody looks for a name inside.
  const pruned = ['(', '-name', '.git', '-o', '-name', 'node_modules', ')', '-prune', '-print0'];
  const words = ['-P', ...roots, '-mindepth', '1', ...pruned, '-o', '(', ...names, ')', '-print0'];
  const { stdout } = await run('find', words, { maxBuffer: 256_000_000, timeout: 20_000 }).catch(partial);
  const found = { protectedPaths: new Set<string>(), secretFiles: new Set<string>() };
  for (const path of stdout.split('\0')) {
    const root = roots.find((candidate) => isBelow(path, candidate));
    if (root === undefined) continue;
    const shown = relative(root, path);
    if (protectedName(shown) !== undefined) found.protectedPaths.add(join(root, protectedTop(shown)));
    if (isSecretFile(path)) found.secretFiles.add(path);
  }
  return { protectedPaths: [...found.protectedPaths], secretFiles: [...found.secretFiles] };
}

/** Those that are kept from a command one by one: of too many, those deepest in the workspace are left out. */
export function mounted({ protectedPaths, secretFiles }: ProtectedFiles): ProtectedFiles {
  return { protectedPaths: shallowest(protectedPaths), secretFiles: shallowest(secretFiles) };
}

/** A folder that may not be entered makes `find` fail; what it found beside that counts. */
function partial(error: unknown): { readonly stdout: string } {
  if (typeof error === 'object' && error !== null && 'stdout' in error && 'code' in error && error.code === 1)
    return { stdout: String(error.stdout) };
  throw error;
}

function shallowest(paths: readonly string[]): readonly string[] {
  const depth = (path: string): number => path.split('/').length;
  return [...paths].sort((one, other) => depth(one) - depth(other)).slice(0, mostMounts);
}

/**
 * Moves what is protected and was not there before out of the workspace: nothing may pick it up. What is empty stays: it does
 * nothing, and another command that runs now may have it there so that nobody can make what is protected in its place.
 */
export async function setAside(
  roots: readonly string[],
  before: ProtectedFiles,
  folder: string,
): Promise<readonly SetAside[]> {
  const known = new Set([...before.protectedPaths, ...before.secretFiles]);
  const moved: SetAside[] = [];
  for (const path of (await findProtected(roots)).protectedPaths) {
    if (known.has(path) || (await isEmpty(path))) continue;
    const root = roots.find((candidate) => isBelow(path, candidate)) ?? '';
    const shown = relative(root, path);
    const movedTo = join(folder, String(moved.length + 1), basename(path));
    await mkdir(join(folder, String(moved.length + 1)), { recursive: true, mode: 0o700 });
    await move(path, movedTo);
    await removeEmpty(dirname(path), root);
    moved.push({ path: shown, protects: protectedName(shown) ?? '', movedTo });
  }
  return moved;
}

/** Also a folder of nothing but empty ones. */
async function isEmpty(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || (found.isFile() && found.size === 0)) return true;
  if (!found.isDirectory()) return false;
  const entries = await readdir(path).catch(() => undefined);
  for (const entry of entries ?? []) if (!(await isEmpty(join(path, entry)))) return false;
  return entries !== undefined;
}

/** The folders that it was alone in go with it. */
async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let each = folder; each.length > root.length; each = dirname(each)) {
    const removed = await rmdir(each).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch {
    await cp(from, to, { recursive: true, verbatimSymlinks: true });
    await rm(from, { recursive: true, force: true });
  }
}

/** Folders that an editor or git would act on the moment they appear. */
const actsAtOnce = ['.git', '.vscode'];

/**
 * Empty folders in the place of those that are missing: a confined command finds them there and cannot write to them, so
 * there is no moment in which something of its making stands in their place. They go away with the last command.
 */
export function placeholders(): {
  hold(roots: readonly string[]): Promise<void>;
  release(roots: readonly string[]): Promise<void>;
} {
  const holders = new Map<string, number>();
  const folders = (roots: readonly string[]): readonly string[] =>
    roots.flatMap((root) => actsAtOnce.map((name) => join(root, name)));
  return {
    async hold(roots) {
      for (const folder of folders(roots)) {
        holders.set(folder, (holders.get(folder) ?? 0) + 1);
        await mkdir(folder).catch(() => undefined);
      }
    },
    async release(roots) {
      for (const folder of folders(roots)) {
        const left = (holders.get(folder) ?? 1) - 1;
        holders.set(folder, left);
        // One with anything in it is somebody's.
        if (left === 0) await rmdir(folder).catch(() => undefined);
      }
    },
  };
}
