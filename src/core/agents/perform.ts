import { MagusError, toMagusError } from '../errors/magus-error.ts';
import { planFault, takenIdFault } from '../task/plan-graph.ts';
import { executeStep } from './executor.ts';
import { learn, recall } from './knowledge.ts';
import type { Action } from './next-action.ts';
import { nobodyToAsk } from './nobody-to-ask.ts';
import { plan } from './planner.ts';
import type { TaskRun } from './task-run.ts';

/** Carries out one judgement of the Coordinator. */
export async function perform(run: TaskRun, action: Action, signal: AbortSignal): Promise<void> {
  switch (action.type) {
    case 'recall':
      return recall(run, signal);
    case 'plan':
      return plan(run, action.failures, signal);
    case 'plan-trivially':
      return planTrivially(run);
    case 'resolve-plan':
      return resolvePlan(run, signal);
    case 'run-steps':
      return runSideBySide(run, action, signal);
    case 'learn':
      return learn(run, signal);
    case 'end':
      return run.emit({ type: 'task-ended', status: action.status, summary: action.summary, usage: run.state.usage });
    default:
      return action satisfies never;
  }
}

async function planTrivially(run: TaskRun): Promise<void> {
  const goal = run.state.start.goal;
  const step = {
    id: 'task',
    title: goal.split('\n', 1)[0]?.slice(0, 120) ?? '',
    instructions: goal.slice(0, 20_000),
    after: [],
    writes: [],
    doneWhen: '',
  };
  await run.emit(
    { type: 'plan-proposed', plan: { steps: [step] }, revision: 1 },
    { type: 'plan-resolved', accepted: true, by: 'rule' },
  );
}

async function resolvePlan(run: TaskRun, signal: AbortSignal): Promise<void> {
  const { start, steps, taskId } = run.state;
  if (start.approve !== 'ask') return run.emit({ type: 'plan-resolved', accepted: true, by: 'rule' });
  const open = [...steps.values()].filter(({ status }) => status === 'pending').map(({ step }) => step);
  const answer = await run.ports.people.resolvePlan(taskId, { steps: open }, signal);
  signal.throwIfAborted();
  if (answer === undefined) throw nobodyToAsk('the plan');
  if (answer === false) return run.emit({ type: 'plan-resolved', accepted: false, by: 'user' });
  const fault = planFault(answer) ?? takenIdFault(run.state, answer.steps);
  if (fault !== undefined) throw new MagusError('user-input', `${fault} Resume the task and change the plan.`, badPlan);
  return run.emit({ type: 'plan-resolved', accepted: true, by: 'user', plan: answer });
}

const badPlan = { code: 'BAD_PLAN' };

/**
 * Steps whose writes do not meet run together. When one throws, the others are stopped before the error goes on; when it
 * only needs a person who is not there, they run to their own end first.
 */
async function runSideBySide(
  run: TaskRun,
  action: Extract<Action, { type: 'run-steps' }>,
  signal: AbortSignal,
): Promise<void> {
  const stopOthers = new AbortController();
  const together = AbortSignal.any([signal, stopOthers.signal]);
  const failures: unknown[] = [];
  const running = action.steps.map((step) =>
    executeStep(run, step, together).catch((caught: unknown) => {
      failures.push(caught);
      if (!needsSomebody(caught)) stopOthers.abort();
    }),
  );
  await Promise.all(running);
  if (failures.length > 0) throw failures.find((failure) => !needsSomebody(failure)) ?? failures[0];
}

function needsSomebody(failure: unknown): boolean {
  return toMagusError(failure).code === 'NOBODY_TO_ASK';
}
