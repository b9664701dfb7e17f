import type { Plan, PlanStep } from '../../protocol/plan.ts';
import type { StepState, TaskState } from './state.ts';

const mostSteps = 40;

/** What is wrong with a plan, in words for the one who wrote it; undefined when it is a directed acyclic graph. */
export function planFault(plan: Plan): string | undefined {
  if (plan.steps.length === 0) return 'The plan has no steps. Give it at least one.';
  if (plan.steps.length > mostSteps)
    return `The plan has ${plan.steps.length} steps, at most ${mostSteps} are allowed. Put small ones together.`;
  // A step's id names its conversation, so the Planner's own and those of checks are taken.
  const reserved = plan.steps.find(({ id }) => id === 'plan' || id.includes(':'));
  if (reserved) return `A step cannot have the id ${reserved.id}. Use a short word without a colon, but not "plan".`;
  const ids = new Set(plan.steps.map((step) => step.id));
  if (ids.size !== plan.steps.length) return 'Two steps have the same id. Give each step an id of its own.';
  for (const step of plan.steps) {
    const unknown = step.after.find((id) => !ids.has(id));
    if (unknown !== undefined)
      return `Step ${step.id} comes after ${unknown}, which is not in the plan. Name a step of this plan or leave it out.`;
  }
  const settled = new Set<string>();
  let waiting = plan.steps;
  while (waiting.length > 0) {
    const blocked = waiting.filter((step) => !step.after.every((id) => settled.has(id)));
    if (blocked.length === waiting.length)
      return `The steps ${blocked.map((step) => step.id).join(', ')} wait for each other. Break the cycle.`;
    for (const step of waiting) if (!blocked.includes(step)) settled.add(step.id);
    waiting = blocked;
  }
  return undefined;
}

/** Steps that can run now, side by side: what they wait for has ended, and their writes cannot meet. */
export function runnableSteps(steps: ReadonlyMap<string, StepState>, most: number): readonly PlanStep[] {
  const chosen: PlanStep[] = [];
  const open = [...steps.values()].filter(({ status }) => status === 'pending' || status === 'running');
  for (const { step } of open) {
    const ready = step.after.every((id) => ['verified', 'unverified', undefined].includes(steps.get(id)?.status));
    if (ready && chosen.length < most && chosen.every((other) => !writesMeet(step, other))) chosen.push(step);
  }
  return chosen;
}

/** Whether two steps may write the same file, judged by the fixed beginnings of their globs; no globs means anything. */
export function writesMeet(one: PlanStep, other: PlanStep): boolean {
  if (one.writes.length === 0 || other.writes.length === 0) return true;
  return one.writes.some((left) => other.writes.some((right) => globsMeet(left, right)));
}

function globsMeet(one: string, other: string): boolean {
  const [left, right] = [plainGlob(one), plainGlob(other)];
  const [fixedLeft, fixedRight] = [fixedPart(left), fixedPart(right)];
  // A path without wildcards may be a folder: it meets what lies below it.
  if (fixedLeft === left && fixedRight === right)
    return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`);
  return fixedLeft.startsWith(fixedRight) || fixedRight.startsWith(fixedLeft);
}

/** File systems may ignore case; what cannot be compared by its letters may be anything. */
function plainGlob(glob: string): string {
  const plain = glob
    .replaceAll('\\', '/')
    .replace(/^(\.\/+)+/, '')
    .replace(/\/+$/, '')
    .toLowerCase();
  const anywhere = plain === '' || plain === '.' || /^(\/|~|[a-z]:)|(^|\/)\.\.(\/|$)/.test(plain);
  return anywhere ? '**' : plain;
}

/** A glob up to its first wildcard. */
export function fixedPart(glob: string): string {
  return glob.split(/[*?{[]|[!+@]?\(/, 1)[0] ?? '';
}

/** Which id of new steps was used in the task before, in words; a step's id names its conversation for good. */
export function takenIdFault(
  state: Pick<TaskState, 'steps' | 'conversations'>,
  added: readonly PlanStep[],
): string | undefined {
  const taken = added.find(({ id }) => state.conversations.has(id) || state.steps.get(id)?.status === 'running');
  return taken && `The id ${taken.id} was used before. Give the step another.`;
}
