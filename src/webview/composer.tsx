import type { VNode } from 'preact';
import type { TaskMode } from '../protocol/task-start.ts';
import { draft, mode, send, setDraft, surroundings } from './state.ts';

const modes: readonly { readonly mode: TaskMode; readonly label: string }[] = [
  { mode: 'auto', label: 'Auto: the planner decides' },
  { mode: 'ask', label: 'Ask: only reads' },
  { mode: 'plan', label: 'Plan: stops at the plan' },
  { mode: 'act', label: 'Act: one step, no plan' },
];

/** Enter sends, Shift+Enter begins a new line. A half-written goal survives the hiding of the view. */
export function Composer(): VNode {
  const restricted = surroundings.value?.trusted === false;
  const ready = draft.value.trim() !== '';
  const submit = (): void => {
    if (!ready) return;
    send({ type: 'start', goal: draft.value.trim(), mode: restricted ? 'ask' : mode.value });
    setDraft('', mode.value);
  };
  return (
    <form
      class="composer"
      aria-label="New task"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        aria-label="Goal"
        rows={3}
        placeholder="Describe a goal… (Enter sends)"
        value={draft.value}
        onInput={({ currentTarget }) => setDraft(currentTarget.value, mode.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
      <div class="row">
        <select
          aria-label="Mode"
          class="grow"
          value={restricted ? 'ask' : mode.value}
          disabled={restricted}
          onChange={({ currentTarget }) => setDraft(draft.value, modes[currentTarget.selectedIndex]?.mode ?? 'auto')}
        >
          {modes.map((entry) => (
            <option key={entry.mode} value={entry.mode}>
              {entry.label}
            </option>
          ))}
        </select>
        <button type="submit" class="primary" disabled={!ready}>
          Send
        </button>
      </div>
    </form>
  );
}
