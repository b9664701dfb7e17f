import { isMagusError, MagusError } from '../../../core/errors/magus-error.ts';
import type { Ports } from '../../../core/ports.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../../core/tools/resolve-path.ts';
import type { ToolScope } from '../../../core/tools/tool.ts';
import type { Effect } from '../../../protocol/effects.ts';
import type { ContentChange } from '../change-files.ts';
import { applyHunks } from './apply-hunks.ts';
import type { PatchOperation } from './parse-patch.ts';
import { inSlices, type Slices } from './slices.ts';
import { decodeText, encodeText, newTextFile } from './text-file.ts';

/** Larger files are not edited as text. */
export const largestEdit = 2 * 1024 * 1024;
const mostFiles = 50;

export interface PatchPlan {
  readonly contents: readonly ContentChange[];
  readonly notes: readonly string[];
}

/** What a patch would do to files, on real paths; nothing but reads of the sources when it is only tried. */
export async function patchEffects(
  ports: Ports,
  scope: ToolScope,
  operations: readonly PatchOperation[],
  tried: boolean,
): Promise<readonly Effect[]> {
  const effects: Effect[] = [];
  for (const operation of operations) {
    const moves = operation.kind === 'update' && operation.moveTo !== undefined;
    const verb = tried ? 'read' : operation.kind === 'delete' || moves ? 'delete' : 'write';
    effects.push(fileEffect(verb, await resolvePath(ports, scope.roots, operation.path)));
    if (moves && !tried)
      effects.push(fileEffect('write', await resolvePath(ports, scope.roots, operation.moveTo ?? '')));
  }
  return effects;
}

/** Every file's content before and after; throws before anything is written when one part does not fit. */
export async function planPatch(
  ports: Ports,
  scope: ToolScope,
  operations: readonly PatchOperation[],
): Promise<PatchPlan> {
  if (operations.length > mostFiles) {
    throw new MagusError(
      'tool-input',
      `The patch names ${operations.length} files; at most ${mostFiles} fit. Split it.`,
      { code: 'BAD_FORMAT' },
    );
  }
  const contents: ContentChange[] = [];
  const notes: string[] = [];
  for (const operation of operations) {
    const planned = await planOperation(ports, scope, operation);
    contents.push(...planned.contents);
    notes.push(...planned.notes);
  }
  const paths = contents.map((content) => content.path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) {
    throw new MagusError(
      'tool-input',
      `Two sections of the patch name the same file, ${twice}. Put its changes into one section.`,
      { code: 'BAD_FORMAT' },
    );
  }
  return { contents, notes };
}

/** The outcome of `attempt`; where it does not fit a file that changed since the model saw it, the error is STALE. */
export async function fitting<Result>(
  ports: Ports,
  scope: ToolScope,
  file: ResolvedPath,
  bytes: Uint8Array,
  attempt: Slices<Result>,
): Promise<Result> {
  try {
    return await inSlices(attempt);
  } catch (error) {
    const seen = scope.seen.get(file.real);
    const misfit = isMagusError(error) && (error.code === 'NO_MATCH' || error.code === 'AMBIGUOUS');
    if (!misfit || seen === undefined || seen === ports.hash.sha256(bytes)) throw error;
    throw new MagusError(
      'tool-failed',
      `${file.shown} changed since you saw it, and the change no longer fits. Read it again.\n${error.message}`,
      { code: 'STALE', cause: error },
    );
  }
}

async function planOperation(ports: Ports, scope: ToolScope, operation: PatchOperation): Promise<PatchPlan> {
  const file = await resolvePath(ports, scope.roots, operation.path);
  if (operation.kind === 'add') return planAdd(ports, file, operation.content);
  if (file.kind !== 'file') throw missing(file);
  const before = await ports.files.read(file.real, largestEdit);
  if (operation.kind === 'delete') {
    const seen = scope.seen.get(file.real);
    if (seen !== undefined && seen !== ports.hash.sha256(before)) {
      throw new MagusError(
        'tool-failed',
        `${file.shown} changed since you saw it, so it was not deleted. Read it again, then decide.`,
        { code: 'STALE' },
      );
    }
    return { contents: [{ path: file.real, before, after: null }], notes: [`${file.shown}: deleted`] };
  }
  const source = decodeText(before, file.shown);
  const edited = await fitting(ports, scope, file, before, applyHunks(source.text, operation.hunks, file.shown));
  const after = edited.text === source.text ? before : encodeText(source, edited.text, edited.origins);
  if (operation.moveTo !== undefined)
    return planMove(ports, file, { before, after, to: operation.moveTo, scope, notes: edited.notes });
  if (edited.text === source.text) {
    throw new MagusError('tool-input', `The hunks of ${file.shown} change nothing. Leave the file out.`, {
      code: 'IDENTICAL',
    });
  }
  return { contents: [{ path: file.real, before, after }], notes: edited.notes };
}

async function planAdd(ports: Ports, file: ResolvedPath, content: string): Promise<PatchPlan> {
  const after = encodeText(newTextFile, content);
  if (file.kind === 'none')
    return { contents: [{ path: file.real, before: null, after }], notes: [`${file.shown}: created`] };
  const same =
    file.kind === 'file' &&
    file.size === after.length &&
    ports.hash.sha256(await ports.files.read(file.real, largestEdit)) === ports.hash.sha256(after);
  throw new MagusError(
    'tool-input',
    `${file.shown} exists${same ? ' with this very content' : ''}. ${same ? 'Leave it out.' : 'Use *** Update File: to change it.'}`,
    { code: same ? 'ALREADY_APPLIED' : 'EXISTS' },
  );
}

interface Move {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly to: string;
  readonly scope: ToolScope;
  readonly notes: readonly string[];
}

async function planMove(ports: Ports, file: ResolvedPath, move: Move): Promise<PatchPlan> {
  const target = await resolvePath(ports, move.scope.roots, move.to);
  if (target.kind !== 'none')
    throw new MagusError(
      'tool-input',
      `${target.shown} exists, so ${file.shown} cannot move there. Choose another name.`,
      { code: 'EXISTS' },
    );
  return {
    contents: [
      { path: file.real, before: move.before, after: null },
      { path: target.real, before: null, after: move.after },
    ],
    notes: [...move.notes, `${file.shown}: moved to ${target.shown}`],
  };
}

function missing(file: ResolvedPath): MagusError {
  const why = file.kind === 'none' ? 'does not exist' : 'is no file';
  return new MagusError('tool-input', `${file.shown} ${why}. List the folder to find the right path.`, {
    code: 'NO_MATCH',
  });
}
