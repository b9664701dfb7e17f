import { computed, signal } from '@preact/signals';
import type { ViewRequest, ViewSurroundings, ViewUpdate } from '../protocol/chat-view.ts';
import type { LoggedEvent } from '../protocol/task-event.ts';
import type { TaskMode } from '../protocol/task-start.ts';
import { foldEvents } from './fold-events.ts';

interface Saved {
  readonly draft: string;
  readonly mode: TaskMode;
}
declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): Saved | undefined;
  setState(state: Saved): void;
};

const host = acquireVsCodeApi();
const saved = host.getState();

export const surroundings = signal<ViewSurroundings | undefined>(undefined);
export const taskId = signal<string | null>(null);
export const events = signal<readonly LoggedEvent[]>([]);
export const liveText = signal('');
/** Output of commands that still run, by call. */
export const liveOutput = signal<ReadonlyMap<string, string>>(new Map());
export const failure = signal<string | undefined>(undefined);
export const draft = signal(saved?.draft ?? '');
export const mode = signal<TaskMode>(saved?.mode ?? 'auto');

export const picture = computed(() => foldEvents(events.value));
export const running = computed(
  () => surroundings.value?.tasks.find((task) => task.taskId === taskId.value)?.running ?? false,
);

export function send(request: ViewRequest): void {
  failure.value = undefined;
  host.postMessage(request);
}

export function setDraft(text: string, chosen: TaskMode): void {
  draft.value = text;
  mode.value = chosen;
  host.setState({ draft: text, mode: chosen });
}

/** Listens to the host and says that the view is ready for its snapshot. */
export function connect(): void {
  window.addEventListener('message', (message: MessageEvent<ViewUpdate>) => receive(message.data));
  send({ type: 'ready' });
}

function receive(update: ViewUpdate): void {
  switch (update.type) {
    case 'snapshot':
      surroundings.value = update.surroundings;
      taskId.value = update.taskId;
      events.value = update.events;
      liveText.value = '';
      liveOutput.value = new Map();
      return;
    case 'surroundings':
      surroundings.value = update.surroundings;
      return;
    case 'event':
      append(update.event);
      return;
    case 'live':
      if (update.taskId !== taskId.value) return;
      if (update.delta.type === 'text') liveText.value += update.delta.text;
      else liveOutput.value = withOutput(update.delta.callId, update.delta.text);
      return;
    case 'failure':
      failure.value = update.message;
      return;
    default:
      update satisfies never;
  }
}

function append(event: LoggedEvent): void {
  const last = events.value.at(-1)?.seq;
  if (event.taskId !== taskId.value || (last !== undefined && event.seq <= last)) return;
  // A gap means that a message was lost while the view was hidden: ask for everything again.
  if (last !== undefined && event.seq > last + 1) {
    host.postMessage({ type: 'ready' } satisfies ViewRequest);
    return;
  }
  events.value = [...events.value, event];
  if (event.event.type === 'model-replied') liveText.value = '';
}

function withOutput(callId: string, text: string): ReadonlyMap<string, string> {
  const output = new Map(liveOutput.value);
  // The tail is what one watches; the whole output stays on disk.
  output.set(callId, ((output.get(callId) ?? '') + text).slice(-16_000));
  return output;
}
