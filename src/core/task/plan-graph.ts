import type { Plan, PlanStep } from '../../protocol/plan.ts';
import type { StepState } from './state.ts';

/** What is wrong with a plan, in words for the one who wrote it; undefined when it is a directed acyclic graph. */
export function planFault(plan: Plan): string | undefined {
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

function globsMeet(left: string, right: string): boolean {
  const [fixedLeft, fixedRight] = [fixedPart(left), fixedPart(right)];
  if (fixedLeft === left && fixedRight === right) return left === right;
  return fixedLeft.startsWith(fixedRight) || fixedRight.startsWith(fixedLeft);
}

function fixedPart(glob: string): string {
  return glob.replace(/^\.\//, '').split(/[*?{[]/, 1)[0] ?? '';
}
