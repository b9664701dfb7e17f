import type { PlanStep } from '../../protocol/plan.ts';
import type { LoggedEvent, RuleText, TaskEvent, Usage } from '../../protocol/task-event.ts';
import { MagusError } from '../errors/magus-error.ts';
import { noTaint, type Taint } from '../security/policy.ts';
import { joinTaint } from '../security/taint.ts';
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
    createdAt: events[0]?.at ?? '',
    start: first.start,
    recalled: undefined,
    answer: undefined,
    plan: undefined,
    steps: new Map(),
    conversations: new Map(),
    calls: new Map(),
    changes: [],
    granted: new Set(),
    rules: [],
    taint: noTaint,
    turns: 0,
    messages: 0,
    usage: noUsage,
    before: { turns: 0, usage: noUsage },
    learned: false,
    ended: undefined,
  };
  for (const { event } of events) applyEvent(state, event);
  return state;
}

/** What came with the workspace and nobody has looked at is text from outside. */
function withRules(taint: Taint, rules: readonly RuleText[]): Taint {
  const unread = rules.filter(({ untrusted }) => untrusted);
  return unread.reduce((joined, { path }) => joinTaint(joined, { source: path, integrity: 'untrusted' }), taint);
}

const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

type Appliers = {
  readonly [Type in TaskEvent['type']]: (state: TaskState, event: Extract<TaskEvent, { type: Type }>) => void;
};

const appliers: Appliers = {
  'task-created': (state, event) => {
    state.start = event.start;
  },
  'task-resumed': (state, event) => {
    // A plan that was only wanted to be seen is carried out when its task is resumed; a rejected one is asked for again.
    const mode = state.start.mode === 'plan' ? 'auto' : state.start.mode;
    state.start = { ...state.start, mode, approve: event.approve, limits: event.limits };
    state.ended = undefined;
    state.learned = false;
    if (state.steps.size > 0) state.answer = undefined;
    state.before = { turns: state.turns, usage: state.usage };
    if (state.plan?.status === 'rejected') state.plan.status = 'proposed';
    for (const conversation of state.conversations.values()) conversation.former = conversation.turns.length;
    for (const step of state.steps.values()) {
      step.failedChecks = 0;
      if (step.status === 'failed') step.status = 'running';
    }
  },
  'agent-message': (state) => {
    state.messages += 1;
  },
  'memory-recalled': (state, event) => {
    const { type: _type, ...recalled } = event;
    state.taint = withRules(state.taint, event.rules);
    state.recalled = recalled;
  },
  'plan-proposed': (state, event) => {
    for (const [id, step] of state.steps)
      if (step.status === 'pending' || step.status === 'failed') state.steps.delete(id);
    addSteps(state, event.plan.steps);
    state.plan = { revision: event.revision, status: 'proposed' };
  },
  'plan-resolved': (state, event) => {
    if (!state.plan) return;
    state.plan.status = event.accepted ? 'accepted' : 'rejected';
    if (!event.plan) return;
    for (const [id, step] of state.steps) if (step.status === 'pending') state.steps.delete(id);
    addSteps(state, event.plan.steps);
  },
  'plan-changed': (state, event) => {
    for (const id of event.removed) state.steps.delete(id);
    addSteps(state, event.added);
  },
  'step-started': (state, event) => {
    const step = state.steps.get(event.stepId);
    if (!step) return;
    step.status = 'running';
    state.taint = withRules(state.taint, event.rules ?? []);
    step.rules = event.rules ?? step.rules;
    step.hits = event.hits ?? step.hits;
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
  'model-attempt-failed': (state, { attempt }) => {
    if (attempt.usd !== undefined)
      state.usage = addUsage(state.usage, { inputTokens: 0, outputTokens: 0, usd: attempt.usd });
  },
  'note-added': (state, event) => {
    conversationOf(state, event.conversation).turns.push({ kind: 'note', text: event.text });
  },
  'context-compacted': (state, event) => {
    const conversation = conversationOf(state, event.conversation);
    conversation.dropped = event.droppedTurns;
    conversation.digest = event.digest;
    if (event.longestAnswer === undefined) return;
    conversation.longestAnswer = event.longestAnswer;
    conversation.cutTurns = conversation.turns.length;
  },
  'images-left-out': (state, event) => {
    const conversation = conversationOf(state, event.conversation);
    conversation.imagelessTurns = conversation.turns.length;
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
  'approval-requested': (state, event) => {
    const call = state.calls.get(event.callId);
    if (call) call.waiting = true;
  },
  'approval-resolved': (state, event) => {
    const call = state.calls.get(event.callId);
    if (call) call.waiting = false;
    if (event.allowed && event.by === 'user') state.granted.add(event.hash);
    state.rules.push(...(event.rules ?? []));
  },
  'call-decided': () => {},
  'question-asked': (state, event) => {
    const call = state.calls.get(event.callId);
    if (call) call.waiting = true;
  },
  'tool-call-ended': (state, event) => {
    const call = state.calls.get(event.callId) ?? { callId: event.callId, name: '', conversation: event.conversation };
    const { ok, content, error, images, advice, durationMs } = event;
    const extra = { ...(error ? { error } : {}), ...(images ? { images } : {}), ...(advice ? { advice } : {}) };
    call.ended = { ok, content, durationMs, ...extra };
    state.calls.set(event.callId, call);
    const failed = !ok && error?.code !== 'OUTCOME_UNKNOWN';
    const checked = failed ? state.steps.get(checkedStep(event.conversation) ?? '') : undefined;
    if (checked) checked.failedChecks += 1;
    if (event.changes) state.changes.push(...event.changes);
    if (event.label) state.taint = joinTaint(state.taint, event.label);
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
  const fresh: Conversation = {
    turns: [],
    dropped: 0,
    digest: '',
    longestAnswer: 0,
    cutTurns: 0,
    imagelessTurns: 0,
    replies: 0,
    former: 0,
  };
  state.conversations.set(id, fresh);
  return fresh;
}

/** The conversation of a step's checks, which are the harness's own calls. */
export function checksOf(stepId: string): string {
  return `${stepId}:check`;
}

function checkedStep(conversation: string): string | undefined {
  return conversation.endsWith(':check') ? conversation.slice(0, -':check'.length) : undefined;
}

function addSteps(state: TaskState, steps: readonly PlanStep[]): void {
  for (const step of steps) {
    state.steps.set(step.id, { step, status: 'pending', summary: '', rules: [], hits: [], failedChecks: 0 });
  }
}

function addUsage(sum: Usage, more: Usage): Usage {
  const usd = sum.usd === undefined && more.usd === undefined ? {} : { usd: (sum.usd ?? 0) + (more.usd ?? 0) };
  return {
    inputTokens: sum.inputTokens + more.inputTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
    ...usd,
  };
}
