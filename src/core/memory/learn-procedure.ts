import type { MemoryRecord } from '../../protocol/memory.ts';
import type { Ports } from '../ports.ts';
import type { TaskState } from '../task/state.ts';
import { preconditionsOf } from './preconditions.ts';
import {
  alikeGoals,
  firstUse,
  isWorse,
  type Procedure,
  procedureOf,
  sameWorkflow,
  withUse,
  workflowText,
} from './procedures.ts';
import { newRecord } from './remember.ts';

type LearnPorts = Pick<Ports, 'clock' | 'files' | 'hash' | 'memory'>;

const mostAlike = 30;

/**
 * The workflows that this task changes: one more use of a known one, a new one, and a former one that the new one supersedes.
 * A failed task counts against the workflow that was offered to it.
 */
export async function learnProcedure(
  ports: LearnPorts,
  state: TaskState,
  signal: AbortSignal,
): Promise<readonly MemoryRecord[]> {
  const preconditions = await preconditionsOf(ports.files, state.start.roots);
  const procedure = procedureOf(state, preconditions, ports.clock.now());
  if (!procedure) return [];
  const known = await alike(ports, state, procedure, signal);
  const same = sameWorkflow(known, procedure);
  if (same?.workflow) return [used(same, procedure)];
  const offered = known.find(({ id }) => state.recalled?.hits.some((hit) => hit.id === id));
  if (!procedure.outcome.success) return offered ? [used(offered, procedure)] : [];
  return freshWorkflow(ports, state, procedure, known);
}

function freshWorkflow(
  ports: LearnPorts,
  state: TaskState,
  procedure: Procedure,
  known: readonly MemoryRecord[],
): readonly MemoryRecord[] {
  const former = known.find(
    ({ workflow, validTo }) =>
      workflow !== undefined &&
      validTo === null &&
      workflow.goals.some((goal) => alikeGoals(goal, procedure.goal)) &&
      isWorse(workflow, firstUse(procedure, null)),
  );
  const workflow = firstUse(procedure, former?.id ?? null);
  const record = newRecord(ports, 'workflow', {
    workspace: state.start.roots.join(':'),
    title: procedure.goal,
    text: workflowText(workflow),
    source: `task ${state.taskId}`,
    taskId: state.taskId,
    outcome: 'verified',
    workflow,
  });
  if (!former) return [record];
  return [record, { ...former, validTo: record.at, supersededBy: record.id }];
}

async function alike(
  { memory }: LearnPorts,
  state: TaskState,
  { goal, steps }: Procedure,
  signal: AbortSignal,
): Promise<readonly MemoryRecord[]> {
  const text = `${goal} ${steps.map(({ action }) => action).join(' ')}`;
  const query = { text, kinds: ['workflow'] as const, workspace: state.start.roots.join(':'), limit: mostAlike };
  const rankings = await memory.store.search(query, signal);
  return [...new Map(rankings.flatMap(({ records }) => records.map((record) => [record.id, record]))).values()];
}

function used(record: MemoryRecord, procedure: Procedure): MemoryRecord {
  if (!record.workflow) return record;
  const workflow = withUse(record.workflow, procedure);
  return { ...record, at: procedure.outcome.at, text: workflowText(workflow), workflow };
}
