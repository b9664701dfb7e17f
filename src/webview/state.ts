import { batch, computed, type Signal, signal } from '@preact/signals';
import type {
  Mention,
  MentionCandidate,
  PastedImage,
  TaskEntry,
  ViewRequest,
  ViewSurroundings,
  ViewUpdate,
} from '../protocol/chat-view.ts';
import type { ErrorKind } from '../protocol/error-kinds.ts';
import type { LoggedEvent } from '../protocol/task-event.ts';
import type { TaskMode } from '../protocol/task-start.ts';
import { announcementOf } from './announcement.ts';
import { emptyPicture, foldEvent } from './fold-events.ts';

interface Draft {
  readonly goal: string;
  readonly mode: TaskMode;
  readonly mentions: readonly Mention[];
}
declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): Partial<Draft> | undefined;
  setState(state: Draft): void;
};

const host = acquireVsCodeApi();
const saved = host.getState();

export const surroundings = signal<ViewSurroundings | undefined>(undefined);
export const taskId = signal<string | null>(null);
export const picture = signal(emptyPicture());
/** What the model is writing just now, by conversation. */
export const liveTexts = signal<ReadonlyMap<string, string>>(new Map());
export const failure = signal<{ message: string; kind: ErrorKind; code?: string } | undefined>(undefined);
/** For screen readers: what was worth hearing lately, the latest last. */
export const announcements = signal<readonly { readonly seq: number; readonly text: string }[]>([]);
export const found = signal<{ readonly text: string; readonly tasks: readonly TaskEntry[] } | undefined>(undefined);
export const mentionAnswer = signal<{ turn: number; candidates: readonly MentionCandidate[] } | undefined>(undefined);

export const draft = signal<Draft>({
  goal: saved?.goal ?? '',
  mode: saved?.mode ?? 'auto',
  mentions: saved?.mentions ?? [],
});
export const images = signal<readonly PastedImage[]>([]);
/** A task was sent off and has not shown up yet: until then the draft is kept. */
export const sending = signal(false);

export const running = computed(
  () => surroundings.value?.tasks.find((task) => task.taskId === taskId.value)?.running ?? false,
);

const outputs = new Map<string, Signal<string>>();
/** Characters of a running command's output that are kept: the tail is what one watches. */
const mostOutput = 16_000;
const mostAnnouncements = 20;
let lastSeq: number | undefined;

/** Output of a command that still runs. */
export function outputOf(callId: string): Signal<string> {
  const known = outputs.get(callId);
  if (known) return known;
  const fresh = signal('');
  outputs.set(callId, fresh);
  return fresh;
}

export function send(request: ViewRequest): void {
  failure.value = undefined;
  host.postMessage(request);
}

export function setDraft(part: Partial<Draft>): void {
  draft.value = { ...draft.value, ...part };
  host.setState(draft.value);
}

/** Listens to the host and says that the view is ready for its snapshot. */
export function connect(): void {
  window.addEventListener('message', (message: MessageEvent<ViewUpdate>) => batch(() => receive(message.data)));
  send({ type: 'ready' });
}

function receive(update: ViewUpdate): void {
  switch (update.type) {
    case 'snapshot':
      showTask(update);
      return;
    case 'surroundings':
      surroundings.value = update.surroundings;
      return;
    case 'events':
      if (update.taskId !== taskId.value) return;
      for (const event of update.events) append(event, update.replay);
      return;
    case 'live':
      if (update.taskId !== taskId.value) return;
      for (const delta of update.deltas) {
        if (delta.type === 'text') addLiveText(delta.conversation, delta.text);
        else addOutput(delta.callId, delta.text);
      }
      return;
    case 'mentions':
      mentionAnswer.value = update;
      return;
    case 'found':
      found.value = update;
      return;
    case 'failure':
      sending.value = false;
      failure.value = update;
      return;
    default:
      update satisfies never;
  }
}

function showTask(update: Extract<ViewUpdate, { type: 'snapshot' }>): void {
  surroundings.value = update.surroundings;
  taskId.value = update.taskId;
  picture.value = emptyPicture();
  liveTexts.value = new Map();
  outputs.clear();
  lastSeq = undefined;
  if (!sending.value || update.taskId === null) return;
  sending.value = false;
  images.value = [];
  setDraft({ goal: '', mentions: [] });
}

function append({ seq, at, event }: LoggedEvent, replay: boolean): void {
  if (lastSeq !== undefined && seq <= lastSeq) return;
  // A gap means that a message was lost while the view was hidden: ask for everything again.
  if (lastSeq !== undefined && seq > lastSeq + 1) {
    host.postMessage({ type: 'ready' } satisfies ViewRequest);
    return;
  }
  lastSeq = seq;
  foldEvent(picture.value, event, at);
  if (event.type === 'model-replied') dropLiveText(event.conversation);
  if (event.type === 'task-ended') liveTexts.value = new Map();
  if (event.type === 'tool-call-ended') outputs.delete(event.callId);
  if (!replay) announce(seq, announcementOf(event));
}

function announce(seq: number, text: string | undefined): void {
  if (text === undefined) return;
  announcements.value = [...announcements.value, { seq, text }].slice(-mostAnnouncements);
}

function addLiveText(conversation: string, text: string): void {
  const texts = new Map(liveTexts.value);
  texts.set(conversation, (texts.get(conversation) ?? '') + text);
  liveTexts.value = texts;
}

function dropLiveText(conversation: string): void {
  if (!liveTexts.value.has(conversation)) return;
  const texts = new Map(liveTexts.value);
  texts.delete(conversation);
  liveTexts.value = texts;
}

function addOutput(callId: string, text: string): void {
  const output = outputOf(callId);
  output.value = (output.value + text).slice(-mostOutput);
}
