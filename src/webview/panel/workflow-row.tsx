import type { VNode } from 'preact';
import type { Workflow } from '../../protocol/memory.ts';
import type { MemoryEntry } from '../../protocol/panel.ts';
import { MemoryRow } from './memory-row.tsx';
import { costWords, successWords } from './workflow-words.ts';

/** A workflow with its record: how often it worked, what it takes, how the latest uses went. */
export function WorkflowRow({ entry }: { readonly entry: MemoryEntry }): VNode {
  const { workflow } = entry.record;
  if (!workflow) return <MemoryRow entry={entry} />;
  return (
    <MemoryRow
      entry={entry}
      told={[successWords(workflow), costWords(workflow.outcomes)].filter((words) => words !== '').join(' · ')}
    >
      <Outcomes outcomes={workflow.outcomes} />
    </MemoryRow>
  );
}

/** The latest uses as a row of marks, the latest on the right; the words say the same. */
export function Outcomes({ outcomes }: Pick<Workflow, 'outcomes'>): VNode | null {
  if (outcomes.length === 0) return null;
  const latest = outcomes.slice(-20);
  const words = latest.map(({ success }) => (success ? 'worked' : 'failed')).join(', ');
  return (
    <span class="outcomes" role="img" aria-label={`Latest uses: ${words}`}>
      {latest.map(({ success, at }, index) => (
        <span
          key={index}
          class={success ? 'worked' : 'failed'}
          title={`${at.slice(0, 10)}: ${success ? 'worked' : 'failed'}`}
        />
      ))}
    </span>
  );
}
