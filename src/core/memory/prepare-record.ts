import type { MemoryRecord } from '../../protocol/memory.ts';
import { redact } from '../security/redact.ts';
import { storable } from './words.ts';

const mostText = 1_000_000;
const mostTitle = 300;

/** A record as it may be kept: without secrets, in text that every store keeps as it is, no longer than a megabyte. */
export function prepareRecord(record: MemoryRecord, secrets: readonly string[]): MemoryRecord {
  const clean = (text: string, most: number): string => redact(storable(text), secrets).slice(0, most).toWellFormed();
  const title = clean(record.title, mostTitle) || clean(record.text.split('\n', 1)[0] ?? '', mostTitle);
  const { workflow } = record;
  return {
    ...record,
    title,
    text: clean(record.text, mostText),
    source: clean(record.source, mostTitle),
    evidence: record.evidence.map((entry) => ({ ...entry, quote: clean(entry.quote, mostTitle) })),
    trials: record.trials.map(({ action, failure, cure, ...rest }) => ({
      ...rest,
      action: clean(action, mostTitle),
      failure: clean(failure, mostTitle),
      cure: clean(cure, mostTitle),
    })),
    ...(workflow
      ? {
          workflow: {
            ...workflow,
            goals: workflow.goals.map((goal) => clean(goal, mostTitle)),
            steps: workflow.steps.map(({ tool, action }) => ({ tool, action: clean(action, mostTitle) })),
            plan: workflow.plan.map((step) => ({
              ...step,
              title: clean(step.title, mostTitle),
              instructions: clean(step.instructions, 2000),
            })),
          },
        }
      : {}),
  };
}
