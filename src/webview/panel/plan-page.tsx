import type { VNode } from 'preact';
import type { PlanPicture } from '../../protocol/panel.ts';
import type { IconName } from '../icon.tsx';
import { Graph } from './graph.tsx';
import { plan, send } from './panel-state.ts';

type StepState = PlanPicture['steps'][number]['state'];

const icons: Readonly<Record<StepState, IconName>> = {
  pending: 'circle',
  running: 'spin',
  verified: 'verified',
  unverified: 'check',
  failed: 'close',
};
const words: Readonly<Record<StepState, string>> = {
  pending: 'not begun',
  running: 'running',
  verified: 'verified',
  unverified: 'done, not checked',
  failed: 'failed',
};

/** The steps of the task that the chat shows, with what waits for what and how each stands. */
export function PlanPage(): VNode {
  const shown = plan.value;
  if (shown === undefined) return <p class="quiet pad">Loading…</p>;
  return (
    <section class="scroll pad plan-page" aria-label="Plan">
      {shown === null || shown.steps.length === 0 ? <NoPlan shown={shown} /> : <Steps shown={shown} />}
    </section>
  );
}

function NoPlan({ shown }: { readonly shown: PlanPicture | null }): VNode {
  return (
    <>
      <p>{shown === null ? 'There is no task in this workspace yet.' : 'This task has no plan yet.'}</p>
      <p class="quiet">
        {shown === null
          ? 'Begin one in the chat; its steps are shown here.'
          : 'A question or a single step needs none.'}
      </p>
      {shown === null ? null : <ShowTask taskId={shown.taskId} />}
    </>
  );
}

function Steps({ shown }: { readonly shown: PlanPicture }): VNode {
  const { goal, steps, status, taskId } = shown;
  const done = steps.filter(({ state }) => state !== 'pending' && state !== 'running').length;
  return (
    <>
      <h2>{goal}</h2>
      <p class="quiet" role="status">
        {status === 'proposed' ? 'The plan waits to be accepted' : `${done} of ${steps.length} steps ended`}
        {status === 'rejected' ? '; the plan was rejected' : ''}
      </p>
      <Graph
        label="Plan graph"
        nodes={steps.map(({ id, title, after, state, summary }) => ({
          id,
          after,
          title,
          told: words[state],
          icon: icons[state],
          look: state,
          more: summary,
        }))}
      />
      <ShowTask taskId={taskId} />
    </>
  );
}

function ShowTask({ taskId }: { readonly taskId: string }): VNode {
  return (
    <button type="button" onClick={() => send({ type: 'open-task', taskId })}>
      Show Task
    </button>
  );
}
