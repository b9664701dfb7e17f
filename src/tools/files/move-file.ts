import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { changeFiles, largestFile } from './change-files.ts';

const input = z.object({ from: z.string(), to: z.string() });

/** Moves or renames one file; never onto another. */
export const moveFile: Tool<z.infer<typeof input>> = {
  name: 'move_file',
  description: 'Moves or renames one file; makes the folders it needs; refuses where something is already.',
  input,
  describe: ({ from, to }) => `Move ${from} to ${to}`,
  async effects(ports, scope, { from, to }) {
    const source = await resolvePath(ports, scope.roots, from);
    const target = await resolvePath(ports, scope.roots, to);
    return [fileEffect('delete', source), fileEffect('write', target)];
  },
  async run(ports, scope, { from, to }, authorized) {
    const source = await resolvePath(ports, scope.roots, from);
    const target = await resolvePath(ports, scope.roots, to);
    if (source.kind === 'none') {
      throw new MagusError('tool-failed', `There is no ${source.shown}. Look for it with list_files.`, {
        code: 'NOT_FOUND',
      });
    }
    if (source.kind !== 'file') {
      throw new MagusError('tool-input', `${source.shown} is no file. Move its files one by one.`, {
        code: 'BAD_PATH',
      });
    }
    if (target.kind !== 'none') {
      throw new MagusError('tool-failed', `${target.shown} is already there. Give the full path of a new file.`, {
        code: 'EXISTS',
      });
    }
    const content = await ports.files.read(source.real, largestFile);
    const contents = [
      { path: target.real, before: null, after: content },
      { path: source.real, before: content, after: null },
    ];
    const changes = await changeFiles(ports, scope, contents, authorized);
    return { ok: true, content: `Moved ${source.shown} to ${target.shown}.`, changes };
  },
};
