import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { send, surroundings } from './state.ts';

const query = signal('');

/** The tasks of this workspace, newest first. */
export function History(): VNode | null {
  const tasks = surroundings.value?.tasks ?? [];
  if (tasks.length === 0) return null;
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tasks.filter((task) => words.every((word) => task.goal.toLowerCase().includes(word)));
  return (
    <section aria-label="History">
      <h2>History</h2>
      <input
        type="search"
        aria-label="Search the history"
        placeholder="Search"
        value={query.value}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value;
        }}
      />
      <ul class="history">
        {found.map((task) => (
          <li key={task.taskId}>
            <button type="button" onClick={() => send({ type: 'open', taskId: task.taskId })}>
              <span class="goal">{task.goal.slice(0, 200)}</span>
              <span class="quiet">
                {task.running ? 'running' : (task.status ?? 'stopped')} ·{' '}
                {new Date(task.createdAt).toLocaleDateString()}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p class="quiet">Nothing found.</p> : null}
    </section>
  );
}
