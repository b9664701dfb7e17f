import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { TaskEntry } from '../protocol/chat-view.ts';
import { Icon, type IconName } from './icon.tsx';
import { found, send, surroundings } from './state.ts';

/** The tasks of this workspace, newest first; the host searches all of them, not only those shown. */
export function History(): VNode | null {
  const query = useSignal('');
  const text = query.value.trim();
  useEffect(() => {
    if (text === '') return undefined;
    const timer = setTimeout(() => send({ type: 'search', text }), 120);
    return () => clearTimeout(timer);
  }, [text]);
  const all = surroundings.value?.tasks ?? [];
  if (all.length === 0) return null;
  const answered = found.value?.text === text;
  const tasks = text === '' ? all : (found.value?.tasks ?? []);
  return (
    <section aria-label="History" class="history">
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
      <ul>
        {tasks.map((task) => (
          <Row key={task.taskId} task={task} />
        ))}
      </ul>
      <p class="quiet" role="status">
        {text !== '' && answered && tasks.length === 0 ? 'Nothing found.' : ''}
      </p>
    </section>
  );
}

const icons: Readonly<Record<string, IconName>> = {
  running: 'spin',
  verified: 'check',
  unverified: 'check',
  failed: 'close',
  'limit-reached': 'stop',
  cancelled: 'denied',
};

function Row({ task }: { readonly task: TaskEntry }): VNode {
  const state = task.running ? 'running' : (task.status ?? 'stopped');
  return (
    <li>
      <button type="button" onClick={() => send({ type: 'open', taskId: task.taskId })}>
        <span class={`state ${state}`}>
          <Icon name={icons[state] ?? 'circle'} spinning={task.running} />
        </span>
        <span class="goal">{task.goal}</span>
        <span class="quiet">
          {state.replace('-', ' ')} · {new Date(task.createdAt).toLocaleDateString()}
        </span>
      </button>
    </li>
  );
}
