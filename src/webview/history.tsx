import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { TaskEntry } from '../protocol/chat-view.ts';
import { stateOf, type TaskState, taskStateWords } from '../protocol/task-words.ts';
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
  const tasks = text === '' ? all : answered ? (found.value?.tasks ?? []) : all.filter(mentions(text));
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

/** What the list shows until the host has searched. */
function mentions(text: string): (task: TaskEntry) => boolean {
  const words = text.toLowerCase();
  return ({ goal }) => goal.toLowerCase().includes(words);
}

const icons: Readonly<Record<TaskState, IconName>> = {
  running: 'spin',
  verified: 'verified',
  unverified: 'check',
  failed: 'close',
  'limit-reached': 'limit',
  cancelled: 'denied',
  stopped: 'pause',
};

function Row({ task }: { readonly task: TaskEntry }): VNode {
  const state = stateOf(task);
  return (
    <li>
      <button type="button" onClick={() => send({ type: 'open', taskId: task.taskId })}>
        <span class={`state ${state}`}>
          <Icon name={icons[state]} spinning={task.running} />
        </span>
        <span class="goal">{task.goal}</span>
        <span class="quiet">
          {taskStateWords[state]} · {shortTime(task.createdAt)}
        </span>
      </button>
    </li>
  );
}

/** The time of day for today's tasks, else the date. */
function shortTime(iso: string): string {
  const time = new Date(iso);
  return time.toDateString() === new Date().toDateString()
    ? time.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })
    : time.toLocaleDateString(undefined, { dateStyle: 'medium' });
}
