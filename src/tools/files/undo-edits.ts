import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import { type ContentChange, changeFiles, largestFile } from './change-files.ts';
import { shortDiff } from './short-diff.ts';

const input = z.object({ paths: z.optional(z.array(z.string()).check(z.maxLength(1000))) });

/** Brings files back to what they were before this task; never over a change that somebody else made. */
export const undoEdits: Tool<z.infer<typeof input>> = {
  name: 'undo_edits',
  description:
    "Brings this task's changed files (or only the given paths) back to how they were before the task. Refuses where a file changed outside the task since.",
  input,
  describe: ({ paths }) =>
    paths === undefined ? 'Undo all edits of this task' : `Undo the edits of ${paths.join(', ')}`,
  async effects(ports, scope, { paths }) {
    const files = await histories(ports, scope, paths);
    return files.map(({ file, first }) => fileEffect(first === null ? 'delete' : 'write', file));
  },
  async run(ports, scope, { paths }, authorized) {
    const contents: ContentChange[] = [];
    const shown: string[] = [];
    for (const history of await histories(ports, scope, paths)) {
      const content = await wayBack(ports, history);
      if (content === undefined) continue;
      contents.push(content);
      shown.push(`${content.after === null ? 'deleted' : 'restored'} ${history.file.shown}`);
    }
    if (contents.length === 0)
      return { ok: true, content: 'Nothing to undo: these files are as they were before the task.' };
    const changes = await changeFiles(ports, scope, contents, authorized);
    return { ok: true, content: `Undone: ${shown.join(', ')}.`, changes };
  },
};

interface History {
  readonly file: ResolvedPath;
  /** sha256 before the task; null: not there. */
  readonly first: string | null;
  readonly last: string | null;
  /** Permission bits it had when the task took it away. */
  readonly mode: number | undefined;
  /** Every state the task itself knows: a change that was announced but never made leaves an earlier one. */
  readonly known: ReadonlySet<string | null>;
}

async function histories(
  ports: Ports,
  scope: ToolScope,
  paths: readonly string[] | undefined,
): Promise<readonly History[]> {
  const changes = Map.groupBy(scope.changes(), (change) => change.path);
  const wanted = paths === undefined ? [...changes.keys()] : paths;
  const found = new Map<string, History>();
  for (const path of wanted) {
    const file = await resolvePath(ports, scope.roots, path);
    const own = changes.get(file.real) ?? changes.get(path);
    const first = own?.[0];
    const last = own?.at(-1);
    if (own === undefined || first === undefined || last === undefined) {
      throw new MagusError('tool-input', `This task did not change ${file.shown}. Leave it out.`, {
        code: 'NOT_FOUND',
      });
    }
    const mode = own.find((change) => change.mode !== undefined)?.mode;
    const known = new Set(own.flatMap((change) => [change.before, change.after]));
    found.set(file.real, { file, first: first.before, last: last.after, known, mode });
  }
  return [...found.values()];
}

/** What to write to be back; undefined when the file is there already. */
async function wayBack(ports: Ports, history: History): Promise<ContentChange | undefined> {
  const { file, first, last, known, mode } = history;
  const before = file.kind === 'none' ? null : await ports.files.read(file.real, largestFile);
  const now = before === null ? null : ports.hash.sha256(before);
  if (now === first) return undefined;
  if (!known.has(now)) throw await changedSince(ports, file, last, before);
  if (first === null) return { path: file.real, before, after: null };
  const after = await ports.preImages.get(first);
  if (after === undefined) {
    throw new MagusError(
      'tool-failed',
      `The former content of ${file.shown} is no longer kept. Restore it from version control.`,
      { code: 'NOT_FOUND' },
    );
  }
  return { path: file.real, before, after, ...(mode === undefined ? {} : { mode }) };
}

async function changedSince(
  ports: Ports,
  file: ResolvedPath,
  last: string | null,
  now: Uint8Array | null,
): Promise<MagusError> {
  const left = last === null ? undefined : await ports.preImages.get(last);
  const diff = now === null ? 'It was deleted.' : left === undefined ? 'Its content is another.' : shortDiff(left, now);
  return new MagusError(
    'tool-failed',
    `${file.shown} changed outside this task since its last edit, so nothing was undone. Keep that change (undo other files by paths) or ask the user.\n${diff}`,
    { code: 'STALE' },
  );
}
