import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool } from '../../core/tools/tool.ts';

const most = 1000;

const input = z.object({
  path: z.optional(z.string()),
  glob: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(most))),
});

/** What is below a folder. */
export const listFiles: Tool<z.infer<typeof input>> = {
  name: 'list_files',
  reads: true,
  description:
    'Lists files and folders below a folder (default: the workspace), without what .gitignore excludes. glob is relative to that folder: "*.ts" at any depth, "src/**/*.ts" below src. At most 1,000.',
  input,
  describe: ({ path = '.', glob }) => (glob === undefined ? `List ${path}` : `List ${glob} in ${path}`),
  async effects(ports, scope, { path = '.' }) {
    return [fileEffect('read', await resolvePath(ports, scope.roots, path))];
  },
  async run(ports, scope, { path = '.', glob, limit = most }, _authorized, signal) {
    const folder = await resolvePath(ports, scope.roots, path);
    if (folder.kind !== 'directory') {
      throw new MagusError(
        'tool-failed',
        `There is no folder ${folder.shown}. Start from a folder that list_files shows without a path.`,
        { code: 'NOT_FOUND' },
      );
    }
    const query = glob === undefined ? { limit } : { glob, limit };
    const { paths, more } = await ports.files.list(folder.real, query, signal);
    if (paths.length === 0)
      return { ok: true, content: `Nothing ${glob === undefined ? '' : `that matches ${glob} `}in ${folder.shown}.` };
    const prefix = folder.shown === '.' ? '' : `${folder.shown}/`;
    const lines = paths.map((each) => prefix + each.slice(folder.real.length + 1).replaceAll('\\', '/'));
    const rest = more ? [`(There are more than ${limit}: narrow it with path or glob.)`] : [];
    return { ok: true, content: [...lines, ...rest].join('\n') };
  },
};
