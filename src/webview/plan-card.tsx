import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Plan, PlanStep } from '../protocol/plan.ts';
import { useAskingCard } from './asking-card.ts';
import type { PlanItem } from './chat-items.ts';
import { restOnConversation } from './focus.ts';
import { Icon, type IconName } from './icon.tsx';
import { running, send } from './state.ts';
import { StepEditor } from './step-editor.tsx';

interface PlanProperties {
  readonly plan: PlanItem;
  readonly taskId: string;
}

/** The plan with the live state of each step; before it is accepted, it can be edited. */
export function PlanCard({ plan, taskId }: PlanProperties): VNode {
  const [edited, setEdited] = useState<readonly PlanStep[] | undefined>(undefined);
  const open = plan.accepted === undefined && running.value;
  const steps = edited ?? plan.steps;
  const card = useAskingCard(open);
  const done = plan.steps.filter((step) => !['running', undefined].includes(plan.states[step.id])).length;
  return (
    <section
      ref={card}
      tabIndex={open ? -1 : undefined}
      class={open ? 'card plan approval' : 'card plan'}
      aria-label="Plan"
    >
      <h2>
        Plan{plan.revision > 1 ? `, revision ${plan.revision}` : ''}
        {plan.accepted === false ? <span class="state failed"> rejected</span> : null}
        {plan.accepted ? (
          <span class="quiet">
            {' '}
            {done} of {plan.steps.length}
          </span>
        ) : null}
      </h2>
      {plan.record === undefined ? null : <p class="quiet">Like a workflow that {plan.record}</p>}
      <ol>
        {steps.map((step) => (
          <li key={step.id}>
            {open && edited ? (
              <StepEditor step={step} steps={edited} onChange={setEdited} />
            ) : (
              <StepRow step={step} state={plan.states[step.id]} />
            )}
          </li>
        ))}
      </ol>
      {open ? (
        <Answers
          steps={steps}
          editing={edited !== undefined}
          toggleEditing={() => setEdited(edited ? undefined : plan.steps)}
          taskId={taskId}
        />
      ) : null}
    </section>
  );
}

interface AnswersProperties {
  readonly steps: readonly PlanStep[];
  readonly editing: boolean;
  readonly toggleEditing: () => void;
  readonly taskId: string;
}

function Answers({ steps, editing, toggleEditing, taskId }: AnswersProperties): VNode {
  const resolve = (plan: Plan | null): void => {
    restOnConversation();
    send({ type: 'resolve-plan', taskId, plan });
  };
  const whole = steps.length > 0 && steps.every((step) => step.title.trim() !== '');
  return (
    <div class="row">
      <button type="button" class="primary" disabled={!whole} onClick={() => resolve({ steps: [...steps] })}>
        Accept
      </button>
      <button type="button" onClick={toggleEditing}>
        {editing ? 'Discard Edits' : 'Edit'}
      </button>
      <button type="button" onClick={() => resolve(null)}>
        Reject
      </button>
    </div>
  );
}

type ShownState = 'pending' | NonNullable<PlanItem['states'][string]>;
const icons: Readonly<Record<ShownState, IconName>> = {
  pending: 'circle',
  running: 'spin',
  verified: 'verified',
  unverified: 'check',
  failed: 'close',
};

function StepRow({ step, state }: { readonly step: PlanStep; readonly state: ShownState | undefined }): VNode {
  const shown = state ?? 'pending';
  return (
    <details>
      <summary>
        <span class={`state ${shown}`}>
          <Icon name={icons[shown]} spinning={shown === 'running'} />
        </span>
        <span class="title">{step.title}</span>
        <span class={shown === 'pending' ? 'for-screen-readers' : 'quiet'}>{shown}</span>
      </summary>
      <div class="inside">
        <p class="instructions">{step.instructions}</p>
        {step.after.length > 0 ? <p class="quiet">After {step.after.join(', ')}</p> : null}
        {step.writes.length > 0 ? <p class="quiet">May write {step.writes.join(', ')}</p> : null}
        {step.doneWhen ? <p class="quiet">Done when: {step.doneWhen}</p> : null}
        {step.check ? (
          <p class="quiet">
            Check: <code>{step.check}</code>
          </p>
        ) : null}
      </div>
    </details>
  );
}
