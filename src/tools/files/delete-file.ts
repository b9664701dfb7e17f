import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { changeFiles, largestFile } from './change-files.ts';

const input = z.object({ path: z.string() });

/** Deletes one file; undo_edits brings it back. */
export const deleteFile: Tool<z.infer<typeof input>> = {
  name: 'delete_file',
  description: 'Deletes one file (no folders). undo_edits brings it back.',
  input,
  describe: ({ path }) => `Delete ${path}`,
  async effects(ports, scope, { path }) {
    return [fileEffect('delete', await resolvePath(ports, scope.roots, path))];
  },
  async run(ports, scope, { path }, authorized) {
    const file = await resolvePath(ports, scope.roots, path);
    if (file.kind === 'none') return { ok: true, content: `${file.shown} is not there; nothing to delete.` };
    if (file.kind !== 'file') {
      throw new MagusError('tool-input', `${file.shown} is no file. Delete its files one by one.`, {
        code: 'BAD_PATH',
      });
    }
    const before = await ports.files.read(file.real, largestFile);
    const changes = await changeFiles(ports, scope, [{ path: file.real, before, after: null }], authorized);
    return { ok: true, content: `Deleted ${file.shown}.`, changes };
  },
};
