import type { MemoryRecord, Workflow } from '../../protocol/memory.ts';
import { shownIn } from '../security/canonical-path.ts';
import type { CallState, TaskState } from '../task/state.ts';
import { outcomeOf } from './episode-of.ts';
import { afterUse, successProbability } from './success.ts';
import { actionOf, normaliseCommand } from './trials.ts';
import { tellingWords } from './words.ts';

/** What a task did, in words that fit the same work elsewhere. */
export interface Procedure {
  readonly goal: string;
  readonly preconditions: readonly string[];
  readonly steps: Workflow['steps'];
  readonly plan: Workflow['plan'];
  readonly outcome: Workflow['outcomes'][number];
}

const leastSteps = 2;
const mostGoals = 10;
const mostOutcomes = 50;
const sameSequence = 0.8;
const sameGoal = 0.3;

/** undefined: nothing was done, or nothing shows how it went. */
export function procedureOf(state: TaskState, preconditions: readonly string[], nowMs: number): Procedure | undefined {
  const result = outcomeOf(state);
  const paths = changedPaths(state);
  const steps = sequenceOf(state, paths);
  if (result === 'unverified' || steps.length < leastSteps) return undefined;
  const { inputTokens, outputTokens, usd = 0 } = state.usage;
  return {
    goal: state.start.goal.split('\n', 1)[0]?.slice(0, 300) ?? '',
    preconditions,
    steps,
    plan: [...state.steps.values()].map(({ step }) => ({
      title: lift(step.title, paths),
      instructions: lift(step.instructions, paths).slice(0, 2000),
      ...(step.check === undefined ? {} : { check: lift(step.check, paths) }),
    })),
    outcome: {
      taskId: state.taskId,
      at: new Date(nowMs).toISOString(),
      success: result === 'verified',
      turns: state.turns,
      tokens: inputTokens + outputTokens,
      usd,
      ms: Math.max(0, nowMs - Date.parse(state.createdAt)) || 0,
    },
  };
}

/** The calls that did something and worked, repetitions once. */
function sequenceOf(state: TaskState, paths: readonly string[]): Workflow['steps'] {
  const steps: Workflow['steps'] = [];
  for (const call of state.calls.values()) {
    if (!call.ended?.ok || !doesSomething(call)) continue;
    const action = call.command
      ? normaliseCommand(lift(call.command.command, paths))
      : actionOf(call).slice(call.name.length + 1);
    const last = steps.at(-1);
    if (last?.tool !== call.name || last.action !== action) steps.push({ tool: call.name, action });
  }
  return steps;
}

function doesSomething({ command, changing }: CallState): boolean {
  return command !== undefined || (changing?.length ?? 0) > 0;
}

function changedPaths({ changes, start }: TaskState): readonly string[] {
  const relative = changes.map(({ path }) => shownIn(path, start.roots) ?? path);
  return [...new Set(relative)].sort((a, b) => b.length - a.length);
}

/** Names of changed files become <file>, so that the next reader puts the new ones there. */
function lift(text: string, paths: readonly string[]): string {
  return paths.reduce(
    (lifted, path) => lifted.replaceAll(path, '<file>').replaceAll(path.slice(path.lastIndexOf('/') + 1), '<file>'),
    text,
  );
}

/** The workflow among these that the procedure is another use of. */
export function sameWorkflow(known: readonly MemoryRecord[], procedure: Procedure): MemoryRecord | undefined {
  return known.find(
    ({ workflow }) =>
      workflow !== undefined &&
      workflow.status !== 'retired' &&
      workflow.preconditions.join('\n') === procedure.preconditions.join('\n') &&
      overlap(keysOf(workflow.steps), keysOf(procedure.steps)) >= sameSequence &&
      workflow.goals.some((goal) => alikeGoals(goal, procedure.goal)),
  );
}

export function alikeGoals(a: string, b: string): boolean {
  return overlap([...tellingWords(a)], [...tellingWords(b)]) >= sameGoal;
}

function keysOf(steps: Workflow['steps']): readonly string[] {
  return steps.map(
    ({ tool, action }, index) =>
      `${tool} ${action} ${steps.slice(0, index).filter((step) => step.tool === tool && step.action === action).length}`,
  );
}

/** Dice: 1 for the same, 0 for nothing in common. */
function overlap(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 1;
  const other = new Set(b);
  return (2 * new Set(a.filter((key) => other.has(key))).size) / (new Set(a).size + other.size);
}

/** The workflow after one more use; the plan of the latest success is the one to adapt. */
export function withUse(workflow: Workflow, procedure: Procedure): Workflow {
  const { outcome, goal } = procedure;
  if (workflow.outcomes.some(({ taskId }) => taskId === outcome.taskId)) return workflow;
  const used = afterUse(workflow, outcome.success);
  return {
    ...used,
    goals: [...new Set([goal, ...workflow.goals])].slice(0, mostGoals),
    outcomes: [...workflow.outcomes, outcome].slice(-mostOutcomes),
    ...(outcome.success ? { steps: procedure.steps, plan: procedure.plan } : {}),
  };
}

export function firstUse(procedure: Procedure, supersedes: string | null): Workflow {
  const empty: Workflow = {
    goals: [],
    preconditions: [...procedure.preconditions],
    steps: procedure.steps,
    plan: procedure.plan,
    runs: 0,
    successes: 0,
    tried: 0,
    won: 0,
    outcomes: [],
    supersedes,
    status: 'candidate',
  };
  return withUse(empty, procedure);
}

/** A way that does the same and keeps failing: a success by another way takes its place. */
export function isWorse(former: Workflow, fresh: Workflow): boolean {
  return former.runs >= 2 && successProbability(former) < successProbability(fresh);
}

/** For the Planner and for the search: what it is for, the plan, what was called, what it needs. */
export function workflowText(workflow: Workflow): string {
  return [
    ...workflow.goals.map((goal) => `For: ${goal}`),
    'Plan:',
    ...workflow.plan.map(
      ({ title, instructions, check }, index) =>
        `${index + 1}. ${title}${check === undefined ? '' : ` (check: ${check})`}\n   ${instructions.replaceAll('\n', '\n   ')}`,
    ),
    `What worked: ${workflow.steps.map(({ tool, action }) => `${tool} ${action}`.trim()).join(' → ')}`,
    workflow.preconditions.length > 0 ? `Needs: ${workflow.preconditions.join(', ')}` : '',
  ]
    .filter(Boolean)
    .join('\n');
}
