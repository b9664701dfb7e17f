import type { PlanStep } from '../../protocol/plan.ts';
import { runStep } from '../loop/run-step.ts';
import { recallForStep, rulesFor } from './knowledge.ts';
import type { TaskRun } from './task-run.ts';
import { say, sayingFailure } from './task-run.ts';

/** Carries out one step, from wherever its conversation ends, until its outcome is on disk. */
export async function executeStep(run: TaskRun, step: PlanStep, signal: AbortSignal): Promise<void> {
  const request = await say(run, {
    from: 'coordinator',
    to: 'executor',
    kind: 'request',
    body: { topic: 'step', stepId: step.id },
  });
  if (run.state.steps.get(step.id)?.status !== 'running') {
    const rules = await rulesFor(run, step);
    const hits = await recallForStep(run, step, signal);
    const found = { ...(rules.length > 0 ? { rules } : {}), ...(hits.length > 0 ? { hits } : {}) };
    await run.emit({ type: 'step-started', stepId: step.id, ...found });
  }
  const back = { from: 'executor', to: 'coordinator', inReplyTo: request } as const;
  const outcome = await sayingFailure(
    run,
    (reason) => ({ ...back, body: { topic: 'step', stepId: step.id, summary: reason } }),
    () => runStep(run, step, signal),
  );
  const { status, summary } = outcome;
  await say(run, { ...back, kind: 'reply', body: { topic: 'step', stepId: step.id, status, summary } });
  await run.emit({ type: 'step-ended', stepId: step.id, ...outcome });
}
