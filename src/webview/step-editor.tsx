import type { VNode } from 'preact';
import type { PlanStep } from '../protocol/plan.ts';
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
      <input
        aria-label={`Title of step ${step.id}`}
        value={step.title}
        maxLength={200}
        onInput={({ currentTarget }) => change({ title: currentTarget.value })}
      />
      <textarea
        aria-label={`Instructions of step ${step.id}`}
        rows={3}
        maxLength={20_000}
        value={step.instructions}
        onInput={({ currentTarget }) => change({ instructions: currentTarget.value })}
      />
      <input
        aria-label={`Check of step ${step.id}`}
        placeholder="Command that checks this step"
        value={step.check ?? ''}
        onInput={({ currentTarget }) => changeCheck(currentTarget.value)}
      />
      <button
        type="button"
        aria-label={`Remove step ${step.title}`}
        disabled={steps.length === 1}
        onClick={() => onChange(withoutStep(steps, step))}
      >
        Remove
      </button>
    </div>
  );
}
