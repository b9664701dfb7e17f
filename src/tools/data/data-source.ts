import * as z from 'zod/mini';
import type { DataSource } from '../../core/data-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { ToolScope } from '../../core/tools/tool.ts';
import type { Effect } from '../../protocol/effects.ts';

const path = z.string().check(z.minLength(1), z.maxLength(4096));
const oneCharacter = z.string().check(z.maxLength(1));

/** A path, or a path with what should not be guessed; `result:ID` is a former result of this task. */
export const sourceInput = z.union([
  path,
  z.object({
    path,
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
    header: z.optional(z.boolean()),
    delimiter: z.optional(oneCharacter.check(z.minLength(1))),
    quote: z.optional(oneCharacter),
    encoding: z.optional(z.string().check(z.maxLength(40))),
  }),
]);
export type SourceInput = z.infer<typeof sourceInput>;
export const sourcesInput = z.array(sourceInput).check(z.minLength(1), z.maxLength(20));

export interface ResolvedSource {
  readonly source: DataSource;
  readonly effect: Effect;
}

/** Sources on their real paths, with the effect of reading each. */
export function resolveSources(
  ports: Ports,
  scope: ToolScope,
  sources: readonly SourceInput[],
): Promise<readonly ResolvedSource[]> {
  return Promise.all(sources.map((source) => resolveSource(ports, scope, source)));
}

async function resolveSource(ports: Ports, scope: ToolScope, written: SourceInput): Promise<ResolvedSource> {
  const { path: named, ...how } = typeof written === 'string' ? { path: written } : written;
  const result = /^result:(.+)$/.exec(named)?.[1];
  if (result !== undefined) return keptResult(ports, scope, result, how);
  const file = await resolvePath(ports, scope.roots, named);
  return { source: { ...how, path: file.real, shown: file.shown }, effect: fileEffect('read', file) };
}

async function keptResult(
  ports: Ports,
  { taskId }: ToolScope,
  id: string,
  how: Omit<DataSource, 'path' | 'shown'>,
): Promise<ResolvedSource> {
  const { real, kind } = await ports.files.facts(ports.data.keptPath(taskId, id));
  if (kind !== 'file') {
    throw new MagusError('tool-input', `There is no result:${id.slice(0, 100)} (any more). Run its query again.`, {
      code: 'NOT_FOUND',
    });
  }
  const source = { name: 'result', ...how, path: real, shown: `result:${id}` };
  return { source, effect: { verb: 'read', object: real, zone: 'own' } };
}

/** In one line, for a person. */
export function shownSources(sources: readonly SourceInput[]): string {
  return sources.map((source) => (typeof source === 'string' ? source : source.path)).join(', ');
}
