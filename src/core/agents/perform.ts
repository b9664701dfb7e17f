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
    title: goal.slice(0, 120),
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
  return run.emit({ type: 'plan-resolved', accepted: true, by: 'user', plan: answer });
}

/** Steps whose writes do not meet run together; when one throws, the others are stopped before the error goes on. */
async function runSideBySide(
  run: TaskRun,
  action: Extract<Action, { type: 'run-steps' }>,
  signal: AbortSignal,
): Promise<void> {
  const stopOthers = new AbortController();
  const together = AbortSignal.any([signal, stopOthers.signal]);
  let first: unknown;
  const running = action.steps.map((step) =>
    executeStep(run, step, together).catch((caught: unknown) => {
      first ??= caught;
      stopOthers.abort();
    }),
  );
  await Promise.all(running);
  if (first !== undefined) throw first;
}
