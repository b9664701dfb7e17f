import * as z from 'zod/mini';
import { alikeFacts } from '../../core/memory/alike-facts.ts';
import { remember as keep, newRecord } from '../../core/memory/remember.ts';
import type { Ports } from '../../core/ports.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';

const input = z.object({
  text: z.string(),
  cites: z.optional(z.array(z.string())),
});

const mostCites = 20;
const mostCitedBytes = 2_000_000;

/** Keeps a fact for later tasks in this workspace. */
export const remember: Tool<z.infer<typeof input>> = {
  name: 'remember',
  description: 'Keeps a project fact for later tasks. cites: "src/a.ts:12".',
  input,
  describe: ({ text }) => `Remember: ${text.slice(0, 120)}`,
  async effects(ports, scope, { text, cites = [] }) {
    const cited = await Promise.all(cites.slice(0, mostCites).map((cite) => citedPlace(ports, scope, cite)));
    return [
      { verb: 'remember', object: text, zone: 'workspace' },
      ...cited.map(({ place }) => fileEffect('read', place)),
    ];
  },
  async run(ports, scope, { text, cites = [] }, _authorized, signal) {
    const cited = await Promise.all(cites.slice(0, mostCites).map((cite) => citation(ports, scope, cite)));
    const record = newRecord(ports, 'fact', {
      text,
      workspace: scope.roots.join(':'),
      source: `task ${scope.taskId}`,
      taskId: scope.taskId,
      cites: cited,
      review: scope.taint?.integrity === 'untrusted',
    });
    const former = await formerOf(ports, record, signal);
    const same = former.find((known) => known.text === record.text);
    if (same) return { ok: true, content: `That is known already, as ${same.id}.` };
    const superseded = former
      .filter((known) => mayBeSuperseded(known, record))
      .map((known) => ({ ...known, validTo: record.at, supersededBy: record.id }));
    await keep(ports, [record, ...superseded], signal);
    const waits = record.review
      ? ' Text from outside has been read, so the user must accept it before it is told again.'
      : '';
    const instead = superseded.length > 0 ? ` It takes the place of ${superseded.map(({ id }) => id).join(', ')}.` : '';
    return { ok: true, content: `Remembered as ${record.id}.${instead}${waits}` };
  },
};

/** Facts that say nearly the same. What was learned from outside changes nothing about them before a person has accepted it. */
async function formerOf(ports: Ports, record: MemoryRecord, signal: AbortSignal): Promise<readonly MemoryRecord[]> {
  return record.review ? [] : alikeFacts(ports.memory.store, record, ports.clock.now(), signal);
}

/** What the user said or pinned is for the user to change; what a team knows, or what holds elsewhere as well, for nobody's task. */
function mayBeSuperseded({ source, pinned, namespace, workspace }: MemoryRecord, by: MemoryRecord): boolean {
  const isOwn = namespace === by.namespace && workspace === by.workspace;
  return isOwn && !pinned && /^(?:lesson of )?task /.test(source);
}

/** The hash of the file as it is now: when it changes, the fact is told with a warning. */
async function citation(ports: Ports, scope: ToolScope, cite: string): Promise<MemoryRecord['cites'][number]> {
  const { place, line } = await citedPlace(ports, scope, cite);
  const bytes = await ports.files.read(place.real, mostCitedBytes);
  return { path: place.shown, line, sha256: ports.hash.sha256(bytes) };
}

async function citedPlace(
  ports: Ports,
  scope: ToolScope,
  cite: string,
): Promise<{ readonly place: ResolvedPath; readonly line: number }> {
  const [, path = cite, line = '1'] = /^(.*?)(?::(\d+)[\d:-]*)?$/.exec(cite) ?? [];
  return { place: await resolvePath(ports, scope.roots, path), line: Math.max(1, Number(line)) };
}
