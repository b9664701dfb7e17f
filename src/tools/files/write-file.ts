import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import { changeFiles, largestFile } from './change-files.ts';
import { decodeText, encodeText, newTextFile } from './edit/text-file.ts';
import { keepsWhatRuns } from './keeps-what-runs.ts';

const input = z.object({
  path: z.string(),
  content: z.string().check(z.maxLength(1024 * 1024)),
  expect_sha: z.optional(z.string()),
});

/** Creates a file, or replaces the whole of one that the model has seen as it is. */
export const writeFile: Tool<z.infer<typeof input>> = {
  name: 'write_file',
  description:
    'Creates a file with its folders, or replaces the whole of an existing one, which must have been read first (or expect_sha given). At most 1 MB. For a change in an existing file prefer edit_file.',
  input,
  describe: ({ path }) => `Write ${path}`,
  async effects(ports, scope, { path, content }) {
    const file = await resolvePath(ports, scope.roots, path);
    return [fileEffect('write', file, await keepsWhatRuns(ports, file, () => content))];
  },
  async run(ports, scope, { path, content, expect_sha }, authorized) {
    const file = await resolvePath(ports, scope.roots, path);
    if (file.kind !== 'file' && file.kind !== 'none') {
      throw new MagusError('tool-input', `${file.shown} is a folder or a device. Give the path of a file.`, {
        code: 'BAD_PATH',
      });
    }
    const before = file.kind === 'none' ? null : await ports.files.read(file.real, largestFile);
    const after = bytesFor(before, content);
    if (before !== null && ports.hash.sha256(before) === ports.hash.sha256(after)) {
      scope.seen.set(file.real, ports.hash.sha256(before));
      return { ok: true, content: `${file.shown} already has this content.` };
    }
    assertKnown(ports, scope, file, { before, expected: expect_sha });
    const changes = await changeFiles(ports, scope, [{ path: file.real, before, after }], authorized);
    const done = before === null ? 'Created' : 'Replaced';
    return { ok: true, content: `${done} ${file.shown}; sha256 ${changes[0]?.after ?? ''}`, changes };
  },
};

/** An existing text file keeps its line endings, BOM and encoding; a binary one becomes plain UTF-8. */
function bytesFor(before: Uint8Array | null, content: string): Uint8Array {
  if (before === null) return encodeText(newTextFile, content);
  try {
    return encodeText(decodeText(before), content);
  } catch {
    return encodeText(newTextFile, content);
  }
}

function assertKnown(
  ports: Ports,
  scope: ToolScope,
  file: ResolvedPath,
  state: { readonly before: Uint8Array | null; readonly expected: string | undefined },
): void {
  const now = state.before === null ? null : ports.hash.sha256(state.before);
  if (
    state.expected !== undefined
      ? state.expected.toLowerCase() === now
      : now === null || scope.seen.get(file.real) === now
  )
    return;
  const why =
    now === null
      ? 'is not there any more'
      : state.expected !== undefined || scope.seen.has(file.real)
        ? 'changed since you saw it'
        : 'exists and you have not seen it';
  const next = now === null ? 'Leave out expect_sha to create it.' : 'Read it first with read_file, then decide.';
  throw new MagusError('tool-failed', `${file.shown} ${why}; nothing was written. ${next}`, { code: 'STALE' });
}
