import type { AgentMessage } from '../../protocol/agent-message.ts';
import { agentMessageSchema } from '../../protocol/agent-message.ts';
import type { TaskEvent } from '../../protocol/task-event.ts';
import { toMagusError } from '../errors/magus-error.ts';
import type { ModelRequest, Ports } from '../ports.ts';
import { redactEvent } from '../security/redact-event.ts';
import { secretsOfFolders } from '../security/secrets-of-folders.ts';
import { applyEvent, foldEvents } from '../task/reduce.ts';
import type { TaskState } from '../task/state.ts';
import type { ToolScope } from '../tools/tool.ts';

/** A task being run: its state, and the only way to change it. */
export interface TaskRun {
  readonly ports: Ports;
  readonly state: TaskState;
  /** Takes secrets out of the events, changes the state at once and resolves when the events, and all before them, are on disk. */
  emit(...events: readonly TaskEvent[]): Promise<void>;
  /** Changes the state at once; the events go to disk with what is emitted next. */
  queue(...events: readonly TaskEvent[]): void;
  /** The arguments of calls as the model wrote them in this session, by call: they may hold what the log must not. */
  readonly written: ReadonlyMap<string, string>;
  /** sha256 of each file as a model last saw it. */
  readonly seen: Map<string, string>;
  /** The last request of each conversation: the next one should only add to it. */
  readonly requests: Map<string, Pick<ModelRequest, 'tools' | 'messages'>>;
  readonly startedAt: number;
  /** Real paths of the workspace folders: one that was opened through a link is still the workspace. */
  readonly roots: readonly string[];
}

export async function openRun(ports: Ports, taskId: string): Promise<TaskRun> {
  const state = foldEvents(taskId, await ports.log.read(taskId));
  const roots = await realRoots(ports, state.start.roots);
  const ownSecrets = await secretsOfFolders(ports.files, roots);
  const written = new Map<string, string>();
  let waiting: TaskEvent[] = [];
  // Once a write has failed, so does every later one: a log has no holes, and the task is resumed from what it holds.
  let onDisk: Promise<void> = Promise.resolve();
  const writeWaiting = async (): Promise<void> => {
    const events = waiting;
    waiting = [];
    if (events.length > 0) await ports.log.append(taskId, events);
  };
  const queue = (...events: readonly TaskEvent[]): void => {
    const secrets = [...ports.secrets(), ...ownSecrets];
    for (const event of events)
      if (event.type === 'model-replied') for (const call of event.calls) written.set(call.id, call.arguments);
    const clean = events.map((event) => redactEvent(event, secrets));
    for (const event of clean) applyEvent(state, event);
    waiting.push(...clean);
  };
  const emit = (...events: readonly TaskEvent[]): Promise<void> => {
    queue(...events);
    onDisk = onDisk.then(writeWaiting);
    // Not everybody waits; whoever emits next meets the failure.
    onDisk.catch(() => {});
    return onDisk;
  };
  const startedAt = ports.clock.now();
  return { ports, state, emit, queue, written, seen: new Map(), requests: new Map(), startedAt, roots };
}

/** A folder that is gone keeps its name: each tool says so when it is used. */
function realRoots({ files }: Ports, roots: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    roots.map((root) =>
      files.facts(root).then(
        ({ real }) => real,
        () => root,
      ),
    ),
  );
}

/** Where a call of this task happens. */
export function scopeOf({ state, seen, emit, roots }: TaskRun, callId: string): ToolScope {
  const { taint, taskId } = state;
  return { taint, taskId, callId, roots, seen, changes: () => state.changes, record: emit };
}

type Words = Pick<AgentMessage, 'from' | 'to' | 'kind' | 'body' | 'inReplyTo'>;

/** A message of one agent to another as an event: checked, and on disk before it is delivered. Returns its id. */
export async function say(run: TaskRun, words: Words): Promise<string> {
  const id = `m${run.state.messages + 1}-${run.ports.hash.randomId().slice(0, 6)}`;
  await run.emit({ type: 'agent-message', message: agentMessageSchema.parse({ id, ...words }) });
  return id;
}

/** Does the work of a request; where that throws, the one who asked is told why. A cancelled or waiting task is no failure. */
export async function sayingFailure<Result>(
  run: TaskRun,
  wordsFor: (reason: string) => Omit<Words, 'kind'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (caught) {
    const { kind, code, message } = toMagusError(caught);
    if (kind !== 'cancelled' && code !== 'NOBODY_TO_ASK') await say(run, { ...wordsFor(message), kind: 'failure' });
    throw caught;
  }
}
