import type { VNode } from 'preact';
import type { PlanStep } from '../protocol/plan.ts';
import { IconButton } from './icon.tsx';
import { withoutStep } from './without-step.ts';

interface StepEditorProperties {
  readonly step: PlanStep;
  readonly steps: readonly PlanStep[];
  readonly onChange: (steps: readonly PlanStep[]) => void;
}

/** Title, instructions and check of one step of a plan that is not accepted yet. */
export function StepEditor({ step, steps, onChange }: StepEditorProperties): VNode {
  const change = (part: Partial<PlanStep>): void =>
    onChange(steps.map((other) => (other.id === step.id ? { ...other, ...part } : other)));
  const changeCheck = (check: string): void => {
    const { check: _former, ...rest } = step;
    const changed = check.trim() === '' ? rest : { ...rest, check };
    onChange(steps.map((other) => (other.id === step.id ? changed : other)));
  };
  return (
    <div class="step-editor">
      <div class="row">
        <input
          aria-label={`Title of step ${step.id}`}
          placeholder="Title"
          value={step.title}
          maxLength={200}
          onInput={({ currentTarget }) => change({ title: currentTarget.value })}
        />
        <IconButton
          icon="trash"
          label={`Remove step ${step.title}`}
          disabled={steps.length === 1}
          onClick={({ currentTarget }) => {
            focusNeighbour(currentTarget);
            onChange(withoutStep(steps, step));
          }}
        />
      </div>
      <textarea
        aria-label={`Instructions of step ${step.id}`}
        placeholder="Instructions"
        rows={3}
        maxLength={20_000}
        value={step.instructions}
        onInput={({ currentTarget }) => change({ instructions: currentTarget.value })}
      />
      <input
        class="command"
        aria-label={`Check of step ${step.id}`}
        placeholder="Command that checks this step"
        value={step.check ?? ''}
        onInput={({ currentTarget }) => changeCheck(currentTarget.value)}
      />
    </div>
  );
}

/** The title of the step after this one, or before it where it is the last. */
function focusNeighbour(element: HTMLElement): void {
  const item = element.closest('li');
  const neighbour = item?.nextElementSibling ?? item?.previousElementSibling;
  neighbour?.querySelector('input')?.focus();
}
