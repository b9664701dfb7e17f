import type { PlanStep } from '../../protocol/plan.ts';
import type { TaskStatus } from '../../protocol/task-event.ts';
import { runnableSteps } from '../task/plan-graph.ts';
import type { StepState, TaskState } from '../task/state.ts';

export type Action =
  | { readonly type: 'recall' }
  | { readonly type: 'plan'; readonly failures: readonly string[] }
  | { readonly type: 'plan-trivially' }
  | { readonly type: 'resolve-plan' }
  | { readonly type: 'run-steps'; readonly steps: readonly PlanStep[] }
  | { readonly type: 'learn' }
  | { readonly type: 'end'; readonly status: TaskStatus; readonly summary: string };

const mostReplans = 3;
const mostSideBySide = 4;

/** The Coordinator's whole judgement: what a task needs next, from its state alone; undefined when it is over. */
export function nextAction(state: TaskState): Action | undefined {
  if (state.ended) return undefined;
  if (!state.recalled) return { type: 'recall' };
  if (state.answer !== undefined) {
    // Instead of a new plan the Planner may say why there is none.
    const failed = [...state.steps.values()].some(({ status }) => status === 'failed');
    return finish(state, failed ? 'failed' : 'unverified', state.answer);
  }
  if (!state.plan) return state.start.mode === 'act' ? { type: 'plan-trivially' } : { type: 'plan', failures: [] };
  if (state.plan.status === 'rejected') return { type: 'end', status: 'cancelled', summary: 'The plan was rejected.' };
  if (state.plan.status === 'proposed') {
    if (state.start.mode === 'plan') return { type: 'end', status: 'unverified', summary: 'The plan is ready.' };
    return { type: 'resolve-plan' };
  }
  return nextStepAction(state, [...state.steps.values()]);
}

function nextStepAction(state: TaskState, steps: readonly StepState[]): Action {
  const failed = steps.filter(({ status }) => status === 'failed');
  if (failed.length > 0) {
    const failures = failed.map(({ step, summary }) => `${step.title}: ${summary}`);
    const replan = state.start.mode !== 'act' && (state.plan?.revision ?? 0) <= mostReplans;
    return replan ? { type: 'plan', failures } : finish(state, 'failed', failures.join('\n'));
  }
  const runnable = runnableSteps(state.steps, mostSideBySide);
  if (runnable.length > 0) return { type: 'run-steps', steps: runnable };
  const summary = steps
    .map(({ summary: text }) => text)
    .filter(Boolean)
    .join('\n');
  return finish(state, steps.every(({ status }) => status === 'verified') ? 'verified' : 'unverified', summary);
}

function finish(state: TaskState, status: TaskStatus, summary: string): Action {
  return state.start.memory && state.start.trusted && !state.learned
    ? { type: 'learn' }
    : { type: 'end', status, summary };
}
