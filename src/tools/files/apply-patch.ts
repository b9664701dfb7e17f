import * as z from 'zod/mini';
import type { Ports } from '../../core/ports.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import type { Tool, ToolResult, ToolScope } from '../../core/tools/tool.ts';
import { changeFiles } from './change-files.ts';
import { type PatchOperation, parsePatch } from './edit/parse-patch.ts';
import { patchEffects, planPatch } from './edit/plan-patch.ts';

const input = z.object({
  patch: z.string().check(z.maxLength(2 * 1024 * 1024)),
  dry_run: z.optional(z.boolean()),
});

/** Changes several files at once, or none of them. */
export const applyPatch: Tool<z.infer<typeof input>> = {
  name: 'apply_patch',
  description:
    'Adds, updates, moves and deletes files in one atomic patch: "*** Begin Patch", then per file "*** Add File: p" (lines with +), "*** Delete File: p" or "*** Update File: p" (optional "*** Move to: p"; hunks of "@@ enclosing line" and lines marked with a blank, - or +; optional "*** End of File"), then "*** End Patch". dry_run only checks that it fits.',
  input,
  describe: ({ patch, dry_run }) => `${dry_run === true ? 'Try' : 'Apply'} a patch${namesOf(patch)}`,
  async effects(ports, scope, { patch, dry_run }) {
    return patchEffects(ports, scope, parsePatch(patch), dry_run === true);
  },
  async run(ports, scope, { patch, dry_run }, authorized) {
    const operations = parsePatch(patch);
    if (dry_run !== true) return runPatch(ports, scope, operations, authorized);
    const plan = await planPatch(ports, scope, operations);
    return { ok: true, content: `The patch fits; nothing was written.\n${plan.notes.join('\n')}` };
  },
};

/** Applies parsed operations, for every tool that a patch arrives in. */
export async function runPatch(
  ports: Ports,
  scope: ToolScope,
  operations: readonly PatchOperation[],
  authorized: Authorized,
): Promise<ToolResult> {
  const plan = await planPatch(ports, scope, operations);
  const changes = await changeFiles(ports, scope, plan.contents, authorized);
  const hashes = changes.map(
    (change) => `${change.path}: ${change.after === null ? 'gone' : `sha256 ${change.after}`}`,
  );
  return { ok: true, content: ['Applied.', ...plan.notes, ...hashes].join('\n'), changes };
}

function namesOf(patch: string): string {
  const names = [...patch.matchAll(/^\s*\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)].map(
    (match) => match[1]?.trim() ?? '',
  );
  if (names.length === 0) return '';
  return names.length > 3 ? ` to ${names.length} files` : ` to ${names.join(', ')}`;
}
