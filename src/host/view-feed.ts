import type { LiveDelta } from '../core/ports.ts';
import type { ViewDelta, ViewUpdate } from '../protocol/chat-view.ts';
import type { LoggedEvent } from '../protocol/task-event.ts';
import { eventForView } from './event-for-view.ts';

/** Milliseconds between two posts: a fast model costs 25 messages a second, not 200. */
const interval = 40;
/** Characters per post, so that none of them holds the extension host up for more than a few milliseconds. */
const mostPerPost = 100_000;
/** Of a command's output the view shows the tail; the whole is on disk. */
const mostOutput = 16_000;

/** One task on its way to the view: events in order and each once, streaming text between them, both in small portions. */
export class ViewFeed {
  readonly #post: (update: ViewUpdate) => void;
  readonly #taskId: string;
  #events: LoggedEvent[] = [];
  /** What was logged before the view asked; undefined while it is being read. */
  #history: LoggedEvent[] | undefined;
  #nextSeq = 0;
  readonly #text = new Map<string, string>();
  readonly #output = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(taskId: string, post: (update: ViewUpdate) => void) {
    this.#taskId = taskId;
    this.#post = post;
  }

  /** Hands in what the log holds already; nothing is sent before. */
  begin(history: readonly LoggedEvent[]): void {
    if (this.#ended) return;
    this.#history = [...history];
    this.#send();
  }

  event(event: LoggedEvent): void {
    this.#events.push(event);
    // The event carries the whole of what was streamed.
    if (event.event.type === 'model-replied') this.#text.delete(event.event.conversation);
    if (event.event.type === 'tool-call-ended') this.#output.delete(event.event.callId);
    this.#schedule();
  }

  live(delta: LiveDelta): void {
    if (delta.type === 'text') {
      this.#text.set(delta.conversation, (this.#text.get(delta.conversation) ?? '') + delta.text);
    } else {
      const tail = (this.#output.get(delta.callId) ?? '') + delta.text.slice(-mostOutput);
      this.#output.set(delta.callId, tail.length > 2 * mostOutput ? tail.slice(-mostOutput) : tail);
    }
    this.#schedule();
  }

  dispose(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#history === undefined || this.#ended) return;
    this.#timer ??= setTimeout(() => this.#send(), interval);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const history = this.#history ?? [];
    const replay = history.length > 0;
    const left = this.#sendEvents(replay ? history : this.#events, replay);
    if (!left && !replay) this.#sendLive();
    if (this.#history?.length || this.#events.length > 0 || this.#text.size > 0) {
      // History goes out as fast as the host has time, and never all at once.
      this.#timer = setTimeout(() => this.#send(), this.#history?.length ? 0 : interval);
    }
  }

  /** True when some had to wait for the next post. */
  #sendEvents(waiting: LoggedEvent[], replay: boolean): boolean {
    const events: LoggedEvent[] = [];
    let size = 0;
    let taken = 0;
    for (; taken < waiting.length && size < mostPerPost; taken += 1) {
      const event = waiting[taken];
      if (!event || event.seq < this.#nextSeq) continue;
      this.#nextSeq = event.seq + 1;
      const { shown, characters } = eventForView(event);
      events.push(shown);
      size += characters;
    }
    waiting.splice(0, taken);
    if (events.length > 0) this.#post({ type: 'events', taskId: this.#taskId, events, replay });
    return waiting.length > 0;
  }

  #sendLive(): void {
    const deltas: ViewDelta[] = [];
    let room = mostPerPost;
    for (const [conversation, text] of this.#text) {
      const part = text.slice(0, room);
      if (part === '') continue;
      room -= part.length;
      deltas.push({ type: 'text', conversation, text: part });
      if (part.length === text.length) this.#text.delete(conversation);
      else this.#text.set(conversation, text.slice(part.length));
    }
    for (const [callId, text] of this.#output) deltas.push({ type: 'output', callId, text: text.slice(-mostOutput) });
    this.#output.clear();
    if (deltas.length > 0) this.#post({ type: 'live', taskId: this.#taskId, deltas });
  }
}
