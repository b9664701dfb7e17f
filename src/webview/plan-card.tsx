import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { PlanStep } from '../protocol/plan.ts';
import type { PlanItem } from './fold-events.ts';
import { running, send } from './state.ts';

interface PlanProperties {
  readonly plan: PlanItem;
  readonly taskId: string;
}

/** The plan with the live state of each step; before it is accepted, it can be edited. */
export function PlanCard({ plan, taskId }: PlanProperties): VNode {
  const [edited, setEdited] = useState<readonly PlanStep[] | undefined>(undefined);
  const open = plan.accepted === undefined;
  const steps = edited ?? plan.steps;
  return (
    <section class="card plan" aria-label="Plan">
      <h2>
        Plan{plan.revision > 1 ? `, revision ${plan.revision}` : ''}
        {plan.accepted === false ? <span class="state failed"> rejected</span> : null}
      </h2>
      <ol>
        {steps.map((step) => (
          <li key={step.id}>
            {open && edited ? (
              <StepEditor step={step} steps={edited} onChange={setEdited} />
            ) : (
              <Step step={step} state={plan.states.get(step.id)} />
            )}
          </li>
        ))}
      </ol>
      {open ? (
        <div class="row">
          <button
            type="button"
            class="primary"
            disabled={!running.value || steps.length === 0 || steps.some((step) => step.title.trim() === '')}
            onClick={() => send({ type: 'resolve-plan', taskId, plan: { steps: [...steps] } })}
          >
            Accept
          </button>
          <button type="button" disabled={!running.value} onClick={() => setEdited(edited ? undefined : plan.steps)}>
            {edited ? 'Discard Edits' : 'Edit'}
          </button>
          <button
            type="button"
            disabled={!running.value}
            onClick={() => send({ type: 'resolve-plan', taskId, plan: null })}
          >
            Reject
          </button>
        </div>
      ) : null}
    </section>
  );
}

const marks = { pending: '○', running: '◐', verified: '✓', unverified: '✓', failed: '✗' } as const;

function Step({
  step,
  state,
}: {
  readonly step: PlanStep;
  readonly state: Exclude<keyof typeof marks, 'pending'> | undefined;
}): VNode {
  const shown = state ?? 'pending';
  return (
    <details>
      <summary>
        <span class={`state ${shown}`} aria-hidden="true">
          {marks[shown]}
        </span>{' '}
        {step.title} <span class="quiet">{shown}</span>
      </summary>
      <p class="instructions">{step.instructions}</p>
      {step.writes.length > 0 ? <p class="quiet">May write {step.writes.join(', ')}</p> : null}
      {step.check ? (
        <p class="quiet">
          Check: <code>{step.check}</code>
        </p>
      ) : null}
    </details>
  );
}

interface StepEditorProperties {
  readonly step: PlanStep;
  readonly steps: readonly PlanStep[];
  readonly onChange: (steps: readonly PlanStep[]) => void;
}

function StepEditor({ step, steps, onChange }: StepEditorProperties): VNode {
  const change = (part: Partial<PlanStep>): void =>
    onChange(steps.map((other) => (other.id === step.id ? { ...other, ...part } : other)));
  // Whoever waited for a removed step now waits for what that step waited for.
  const remove = (): void =>
    onChange(
      steps
        .filter((other) => other.id !== step.id)
        .map((other) =>
          other.after.includes(step.id)
            ? { ...other, after: [...new Set([...other.after.filter((id) => id !== step.id), ...step.after])] }
            : other,
        ),
    );
  return (
    <div class="step-editor">
      <input
        aria-label={`Title of step ${step.id}`}
        value={step.title}
        maxLength={200}
        onInput={({ currentTarget }) => change({ title: currentTarget.value })}
      />
      <textarea
        aria-label={`Instructions of step ${step.id}`}
        rows={3}
        value={step.instructions}
        onInput={({ currentTarget }) => change({ instructions: currentTarget.value })}
      />
      <button type="button" aria-label={`Remove step ${step.title}`} onClick={remove}>
        Remove
      </button>
    </div>
  );
}
