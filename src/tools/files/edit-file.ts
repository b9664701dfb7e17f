import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { runPatch } from './apply-patch.ts';
import { changeFiles } from './change-files.ts';
import { applyEdits } from './edit/apply-edits.ts';
import { looksLikePatch, type PatchOperation, parsePatch } from './edit/parse-patch.ts';
import { fitting, largestEdit, patchEffects } from './edit/plan-patch.ts';
import { inSlices } from './edit/slices.ts';
import { decodeText, encodeText, newTextFile } from './edit/text-file.ts';
import { keepsWhatRuns } from './keeps-what-runs.ts';

const input = z.object({
  path: z.string(),
  edits: z
    .array(z.object({ old_text: z.string(), new_text: z.string(), replace_all: z.optional(z.boolean()) }))
    .check(z.minLength(1), z.maxLength(50)),
  expect_sha: z.optional(z.string()),
});
type Input = z.infer<typeof input>;

/** Replaces pieces of one file, all of them or none. */
export const editFile: Tool<Input> = {
  name: 'edit_file',
  description:
    'Replaces pieces of text in one file: each old_text must be in it exactly once (or set replace_all) and is replaced by new_text, in order, all or none. Copy old_text from the file with a few lines around it. An empty old_text creates a new file. The result gives the lines and the new sha256.',
  input,
  describe: ({ path, edits }) => `Edit ${path}${edits.length > 1 ? ` (${edits.length} places)` : ''}`,
  async effects(ports, scope, call) {
    const patch = patchIn(call);
    if (patch !== undefined) return patchEffects(ports, scope, patch, false);
    const file = await resolvePath(ports, scope.roots, call.path);
    const harmless = await keepsWhatRuns(
      ports,
      file,
      async (text) => (await inSlices(applyEdits(text, call.edits))).text,
    );
    return [fileEffect('write', file, harmless)];
  },
  async run(ports, scope, call, authorized) {
    const file = await resolvePath(ports, scope.roots, call.path);
    const before = await readFile(ports, file);
    assertExpected(ports, file, before, call.expect_sha);
    const patch = patchIn(call);
    if (patch !== undefined) return runPatch(ports, scope, patch, authorized);
    const source = before === null ? newTextFile : decodeText(before, file.shown);
    const edited =
      before === null
        ? await inSlices(applyEdits(null, call.edits))
        : await fitting(ports, scope, file, before, applyEdits(source.text, call.edits));
    const changes = await changeFiles(
      ports,
      scope,
      [{ path: file.real, before, after: encodeText(source, edited.text, edited.origins) }],
      authorized,
    );
    const head = `${before === null ? 'Created' : 'Edited'} ${file.shown}; sha256 ${changes[0]?.after ?? ''}`;
    return { ok: true, content: [head, ...edited.notes].join('\n'), changes };
  },
};

/** A patch or fenced diff that came as the one edit; a file that really holds a patch is made with write_file. */
function patchIn(call: Input): readonly PatchOperation[] | undefined {
  const [edit, ...others] = call.edits;
  if (edit === undefined || others.length > 0) return undefined;
  const text = [edit.new_text, edit.old_text].find((each) => looksLikePatch(each));
  const alone = edit.old_text.trim() === '' || edit.new_text.trim() === '' || edit.old_text === edit.new_text;
  const itself = /\.(?:patch|diff|md)$/.test(call.path);
  return text === undefined || !alone || itself ? undefined : parsePatch(text, call.path);
}

async function readFile(ports: Ports, file: ResolvedPath): Promise<Uint8Array | null> {
  if (file.kind === 'none') return null;
  if (file.kind === 'file') return ports.files.read(file.real, largestEdit);
  throw new MagusError('tool-input', `${file.shown} is no file. Give the path of a file.`, { code: 'BAD_PATH' });
}

function assertExpected(
  ports: Ports,
  file: ResolvedPath,
  before: Uint8Array | null,
  expected: string | undefined,
): void {
  if (expected === undefined || (before !== null && ports.hash.sha256(before) === expected.toLowerCase())) return;
  const why = before === null ? 'is not there' : 'is not at the expected sha256 any more';
  throw new MagusError('tool-failed', `${file.shown} ${why}. Read it again, then edit what stands there now.`, {
    code: 'STALE',
  });
}
