import type { PlanStep } from '../protocol/plan.ts';

/** The plan without one step. Whoever waited for it now waits for what it waited for. */
export function withoutStep(steps: readonly PlanStep[], removed: PlanStep): readonly PlanStep[] {
  return steps
    .filter((step) => step.id !== removed.id)
    .map((step) =>
      step.after.includes(removed.id)
        ? { ...step, after: [...new Set([...step.after.filter((id) => id !== removed.id), ...removed.after])] }
        : step,
    );
}
