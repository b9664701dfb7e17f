import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import type { ToolScope } from '../../core/tools/tool.ts';
import type { FileChange } from '../../protocol/task-event.ts';

/** Larger files are not taken into memory by a tool. */
export const largestFile = 20 * 1024 * 1024;

/** Contents of one file before and after, by its real path; null: not there. */
export interface ContentChange {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  /** Permission bits for a file that comes back. */
  readonly mode?: number;
}

/** All of the changes or none. What can be undone later, and the intention, are on disk before the first file is touched. */
export async function changeFiles(
  ports: Ports,
  scope: ToolScope,
  contents: readonly ContentChange[],
  authorized: Authorized,
): Promise<readonly FileChange[]> {
  refuseUnsaved(
    ports,
    contents.map((content) => content.path),
  );
  const keep = (images: readonly (Uint8Array | null)[]): Promise<unknown> =>
    Promise.all(images.flatMap((image) => (image === null ? [] : [ports.preImages.keep(scope.taskId, image)])));
  const former = keep(contents.map(({ before }) => before));
  const changes = await Promise.all(contents.map((content) => describeChange(ports, content)));
  await Promise.all([former, scope.record({ type: 'files-changing', callId: scope.callId, changes })]);
  const writes = contents.map((content, index) => ({ ...content, before: changes[index]?.before ?? null }));
  await ports.files.commit(authorized, writes);
  // The new contents only serve to show differences later: nothing waits for them, and nothing fails with them.
  keep(contents.map(({ after }) => after)).catch(() => undefined);
  for (const { path, after } of changes) {
    if (after === null) scope.seen.delete(path);
    else scope.seen.set(path, after);
  }
  return changes;
}

async function describeChange(ports: Ports, { path, before, after }: ContentChange): Promise<FileChange> {
  const mode = after === null ? { mode: (await ports.files.facts(path)).mode } : {};
  return { path, before: shaOf(ports, before), after: shaOf(ports, after), ...mode };
}

function shaOf(ports: Ports, content: Uint8Array | null): string | null {
  return content === null ? null : ports.hash.sha256(content);
}

function refuseUnsaved(ports: Ports, paths: readonly string[]): void {
  const unsaved = ports.editor.unsaved(paths);
  if (unsaved.length === 0) return;
  throw new MagusError(
    'tool-failed',
    `The user has unsaved changes in ${unsaved.join(', ')}. Ask them to save or discard these, then try again.`,
    { code: 'UNSAVED' },
  );
}
