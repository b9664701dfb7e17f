import type { LoggedEvent, TaskEvent, Usage } from '../../protocol/task-event.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { Conversation, TaskState } from './state.ts';

/** The state of a task is the fold of its log. Throws `user-input` when the log is empty: there is no such task. */
export function foldEvents(taskId: string, events: readonly LoggedEvent[]): TaskState {
  const first = events[0]?.event;
  if (first?.type !== 'task-created') {
    throw new MagusError('user-input', `There is no task ${taskId}. List the tasks with: openmagus tasks`, {
      code: 'NO_TASK',
    });
  }
  const state: TaskState = {
    taskId,
    start: first.start,
    recalled: undefined,
    answer: undefined,
    plan: undefined,
    steps: new Map(),
    conversations: new Map(),
    calls: new Map(),
    changes: [],
    granted: new Set(),
    turns: 0,
    messages: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
    learned: false,
    ended: undefined,
  };
  for (const { event } of events) applyEvent(state, event);
  return state;
}

type Appliers = {
  readonly [Type in TaskEvent['type']]: (state: TaskState, event: Extract<TaskEvent, { type: Type }>) => void;
};

const appliers: Appliers = {
  'task-created': (state, event) => {
    state.start = event.start;
  },
  'task-resumed': (state, event) => {
    state.start = { ...state.start, approve: event.approve, limits: event.limits };
    state.ended = undefined;
    for (const step of state.steps.values()) if (step.status === 'failed') step.status = 'running';
  },
  'agent-message': (state) => {
    state.messages += 1;
  },
  'memory-recalled': (state, event) => {
    state.recalled = { hits: event.hits, rules: event.rules };
  },
  'plan-proposed': (state, event) => {
    for (const [id, step] of state.steps)
      if (step.status === 'pending' || step.status === 'failed') state.steps.delete(id);
    for (const step of event.plan.steps) state.steps.set(step.id, { step, status: 'pending', summary: '' });
    state.plan = { revision: event.revision, status: 'proposed' };
  },
  'plan-resolved': (state, event) => {
    if (!state.plan) return;
    state.plan.status = event.accepted ? 'accepted' : 'rejected';
    if (!event.plan) return;
    for (const [id, step] of state.steps) if (step.status === 'pending') state.steps.delete(id);
    for (const step of event.plan.steps) state.steps.set(step.id, { step, status: 'pending', summary: '' });
  },
  'plan-changed': (state, event) => {
    for (const id of event.removed) state.steps.delete(id);
    for (const step of event.added) state.steps.set(step.id, { step, status: 'pending', summary: '' });
  },
  'step-started': (state, event) => {
    const step = state.steps.get(event.stepId);
    if (step) step.status = 'running';
  },
  'model-replied': (state, event) => {
    const conversation = conversationOf(state, event.conversation);
    const whole = event.finish === 'stop' || event.finish === 'tool-calls';
    const reasoning = event.reasoning === undefined ? {} : { reasoning: event.reasoning };
    conversation.turns.push({ kind: 'reply', text: event.text, calls: event.calls, whole, ...reasoning });
    conversation.replies += 1;
    state.turns += 1;
    state.usage = addUsage(state.usage, event.usage);
    if (event.conversation === 'plan' && event.calls.length === 0 && whole && event.text !== '')
      state.answer = event.text;
  },
  'note-added': (state, event) => {
    conversationOf(state, event.conversation).turns.push({ kind: 'note', text: event.text });
  },
  'context-compacted': (state, event) => {
    const conversation = conversationOf(state, event.conversation);
    conversation.dropped = event.droppedTurns;
    conversation.digest = event.digest;
  },
  'tool-call-started': (state, event) => {
    state.calls.set(event.callId, { callId: event.callId, name: event.name, conversation: event.conversation });
  },
  'files-changing': (state, event) => {
    const call = state.calls.get(event.callId);
    if (call) call.changing = event.changes;
  },
  'command-started': (state, event) => {
    const call = state.calls.get(event.callId);
    if (call) call.command = event;
  },
  'approval-requested': () => {},
  'approval-resolved': (state, event) => {
    if (event.allowed && event.by === 'user') state.granted.add(event.hash);
  },
  'question-asked': () => {},
  'tool-call-ended': (state, event) => {
    const call = state.calls.get(event.callId) ?? { callId: event.callId, name: '', conversation: event.conversation };
    call.ended = { ok: event.ok, content: event.content, ...(event.error ? { error: event.error } : {}) };
    state.calls.set(event.callId, call);
    if (event.changes) state.changes.push(...event.changes);
    if (call.name === 'answer' && event.ok) state.answer = event.content;
  },
  'step-ended': (state, event) => {
    const step = state.steps.get(event.stepId);
    if (!step) return;
    step.status = event.status;
    step.summary = event.summary;
  },
  warning: () => {},
  'memory-learned': (state) => {
    state.learned = true;
  },
  'task-ended': (state, event) => {
    state.ended = { status: event.status, summary: event.summary, ...(event.error ? { error: event.error } : {}) };
  },
};

/** The only place where a state changes. */
export function applyEvent(state: TaskState, event: TaskEvent): void {
  const apply = appliers[event.type] as (state: TaskState, event: TaskEvent) => void;
  apply(state, event);
}

export function conversationOf(state: TaskState, id: string): Conversation {
  const known = state.conversations.get(id);
  if (known) return known;
  const fresh: Conversation = { turns: [], dropped: 0, digest: '', replies: 0 };
  state.conversations.set(id, fresh);
  return fresh;
}

function addUsage(sum: Usage, more: Usage): Usage {
  const usd = sum.usd === undefined && more.usd === undefined ? {} : { usd: (sum.usd ?? 0) + (more.usd ?? 0) };
  return {
    inputTokens: sum.inputTokens + more.inputTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
    ...usd,
  };
}
