import { realpathSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { MagusError } from '../core/errors/magus-error.ts';
import { parseArguments } from '../core/loop/parse-arguments.ts';
import { forbiddenCall } from '../core/loop/run-tool-call.ts';
import { forbiddenBy, foreseenCall } from '../core/memory/forbidden.ts';
import type { Ports } from '../core/ports.ts';
import { authorize } from '../core/security/authorize.ts';
import { failureOf } from '../core/tools/failure-of.ts';
import type { ToolScope } from '../core/tools/tool.ts';
import type { FileChange } from '../protocol/task-event.ts';
import { nobody } from './headless.ts';
import { answerJsonLines } from './json-lines.ts';
import { withPorts } from './with-ports.ts';

const rowSchema = z.object({
  id: z.optional(z.union([z.string(), z.number()])),
  workspace: z.optional(z.string()),
  tool: z.string(),
  input: z.unknown(),
  approve: z.optional(z.enum(['yes', 'no'])),
});
type Row = z.infer<typeof rowSchema>;

const mostIndexingMs = 60_000;

/** `openmagus tool --batch`: each line through the same parse, effects, policy and run as a model's call. */
export async function toolBatch(words: readonly string[]): Promise<number> {
  const at = words.indexOf('--workspace');
  const workspace = (at >= 0 ? words[at + 1] : undefined) ?? process.cwd();
  const changes: FileChange[] = [];
  await withPorts((ports) => answerJsonLines(rowSchema, (row) => answerRow(ports, row, workspace, changes)));
  return 0;
}

async function answerRow(ports: Ports, row: Row, workspace: string, changes: FileChange[]): Promise<unknown> {
  const tool = ports.tools.find(({ name }) => name === row.tool);
  const parsed = parseArguments(tool, { name: row.tool, arguments: JSON.stringify(row.input ?? {}) });
  if (!tool || !parsed.ok) return { id: row.id, ...parsed.failure, effects: [], decision: 'deny' };
  const callId = ports.hash.randomId();
  const scope: ToolScope = {
    taskId: 'batch',
    callId,
    roots: [realpathSync(path.resolve(row.workspace ?? workspace))],
    seen: new Map(),
    changes: () => changes,
    record: async () => {},
  };
  try {
    const effects = await tool.effects(ports, scope, parsed.input);
    const people = { ...nobody, approve: async () => row.approve === 'yes' };
    const question = {
      taskId: 'batch',
      callId,
      title: tool.describe(parsed.input),
      effects,
      trusted: true,
      approve: 'ask' as const,
      granted: new Set<string>(),
    };
    const signal = new AbortController().signal;
    const facts = await ports.memory.store.forbidding(scope.roots.join(':'));
    const forbidden = forbiddenBy(facts, foreseenCall(tool.name, effects), ports.clock.now());
    if (forbidden) return { id: row.id, ...forbiddenCall(forbidden), effects, decision: 'deny' };
    const outcome = await authorize({ hash: ports.hash, people, policy: ports.policy }, question, signal);
    const { decision } = outcome;
    if (!outcome.authorized)
      return {
        id: row.id,
        ...failureOf(new MagusError('permission-denied', `Not approved: ${decision.reason}`, { code: 'REFUSED' })),
        effects,
        decision: decision.decision,
      };
    // There is no task whose start would have had it made.
    if (tool.name === 'find_relevant_files')
      await ports.index.refresh(scope.roots, AbortSignal.timeout(mostIndexingMs));
    const result = await tool.run(ports, scope, parsed.input, outcome.authorized, signal);
    if (result.changes) changes.push(...result.changes);
    return { id: row.id, ...result, effects, decision: decision.decision };
  } catch (caught) {
    return { id: row.id, ...failureOf(caught), effects: [], decision: 'allow' };
  }
}
