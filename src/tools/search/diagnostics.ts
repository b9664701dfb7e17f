import * as z from 'zod/mini';
import type { Diagnostic } from '../../core/editor-port.ts';
import type { Ports } from '../../core/ports.ts';
import { shownIn } from '../../core/security/canonical-path.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';

const most = 100;
const severities = ['error', 'warning', 'information', 'hint'] as const;

const input = z.object({
  paths: z.optional(z.array(z.string()).check(z.maxLength(100))),
  severity: z.optional(z.enum(severities)),
});

/** The problems that the editor shows. */
export const diagnostics: Tool<z.infer<typeof input>> = {
  name: 'diagnostics',
  reads: true,
  description:
    'Problems the editor reports, for the given paths or the whole workspace; severity is the least severe to show (default: warning). At most 100.',
  input,
  describe: ({ paths }) =>
    paths === undefined ? 'Look at the problems' : `Look at the problems in ${paths.join(', ')}`,
  async effects(ports, scope, { paths }) {
    return (await resolved(ports, scope, paths)).map((path) => fileEffect('read', path));
  },
  async run(ports, scope, { paths, severity = 'warning' }) {
    const files = await resolved(ports, scope, paths);
    const found = ports.editor.diagnostics(paths === undefined ? [] : files.map((file) => file.real));
    if (found === undefined) {
      return {
        ok: true,
        content:
          "No editor is attached, so nobody reports problems. Run the project's own checker or tests with run_command.",
      };
    }
    const severe = found.filter((each) => severities.indexOf(each.severity) <= severities.indexOf(severity));
    if (severe.length === 0) return { ok: true, content: `No problems of severity ${severity} or above.` };
    const sorted = severe.toSorted(
      (left, right) => severities.indexOf(left.severity) - severities.indexOf(right.severity),
    );
    const rest = sorted.length > most ? [`(${sorted.length - most} more: narrow it with paths or severity.)`] : [];
    return { ok: true, content: [...sorted.slice(0, most).map((each) => show(each, scope)), ...rest].join('\n') };
  },
};

async function resolved(
  ports: Ports,
  scope: ToolScope,
  paths: readonly string[] | undefined,
): Promise<readonly ResolvedPath[]> {
  return Promise.all((paths ?? scope.roots).map((path) => resolvePath(ports, scope.roots, path)));
}

function show(each: Diagnostic, scope: ToolScope): string {
  const path = shownIn(each.path, scope.roots.slice(0, 1)) ?? each.path;
  return `${path}:${each.line}: ${each.severity}: ${each.message.slice(0, 500)} (${each.source})`;
}
