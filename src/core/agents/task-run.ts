import type { AgentMessage } from '../../protocol/agent-message.ts';
import { agentMessageSchema } from '../../protocol/agent-message.ts';
import type { TaskEvent } from '../../protocol/task-event.ts';
import type { Ports } from '../ports.ts';
import { applyEvent, foldEvents } from '../task/reduce.ts';
import type { TaskState } from '../task/state.ts';

/** A task being run: its state, and the only way to change it. */
export interface TaskRun {
  readonly ports: Ports;
  readonly state: TaskState;
  /** Resolves when the events are on disk and in the state; they keep the order of the calls. */
  emit(...events: readonly TaskEvent[]): Promise<void>;
  /** sha256 of each file as a model last saw it. */
  readonly seen: Map<string, string>;
  readonly startedAt: number;
}

export async function openRun(ports: Ports, taskId: string): Promise<TaskRun> {
  const state = foldEvents(taskId, await ports.log.read(taskId));
  let last: Promise<unknown> = Promise.resolve();
  const append = async (events: readonly TaskEvent[]): Promise<void> => {
    await ports.log.append(taskId, events);
    for (const event of events) applyEvent(state, event);
  };
  const emit = (...events: readonly TaskEvent[]): Promise<void> => {
    const appended = last.then(() => append(events));
    last = appended.catch(() => {});
    return appended;
  };
  return { ports, state, emit, seen: new Map(), startedAt: ports.clock.now() };
}

type Words = Pick<AgentMessage, 'from' | 'to' | 'kind' | 'body' | 'inReplyTo'>;

/** A message of one agent to another as an event: checked, and on disk before it is delivered. Returns its id. */
export async function say(run: TaskRun, words: Words): Promise<string> {
  const id = `m${run.state.messages + 1}-${run.ports.hash.randomId().slice(0, 6)}`;
  await run.emit({ type: 'agent-message', message: agentMessageSchema.parse({ id, ...words }) });
  return id;
}
