import type { Decision, Effect } from '../protocol/effects.ts';
import type { PlanStep } from '../protocol/plan.ts';
import type { LoggedEvent, StepStatus, TaskEvent, TaskStatus, ToolFailure } from '../protocol/task-event.ts';

export interface ToolItem {
  readonly kind: 'tool';
  readonly callId: string;
  name: string;
  title: string;
  arguments: string;
  approval?: {
    readonly effects: readonly Effect[];
    readonly decision: Decision;
    allowed?: boolean;
    by?: 'user' | 'rule';
  };
  ended?: {
    readonly ok: boolean;
    readonly content: string;
    readonly durationMs: number;
    readonly error?: ToolFailure;
    readonly exitCode?: number | null;
  };
}
export interface PlanItem {
  readonly kind: 'plan';
  readonly revision: number;
  steps: readonly PlanStep[];
  accepted?: boolean;
  readonly states: Map<string, StepStatus | 'running'>;
}
export interface QuestionItem {
  readonly kind: 'question';
  readonly callId: string;
  readonly question: string;
  readonly choices: readonly string[];
  answer?: string;
}
export type ChatItem =
  | ToolItem
  | PlanItem
  | QuestionItem
  | { readonly kind: 'goal'; readonly text: string; readonly context: readonly string[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string; readonly tone: 'quiet' | 'warning' }
  | { readonly kind: 'step'; readonly title: string; readonly status?: StepStatus; readonly summary?: string }
  | { readonly kind: 'end'; readonly status: TaskStatus; readonly summary: string; readonly error?: ToolFailure };

export interface TaskPicture {
  readonly items: ChatItem[];
  ended?: TaskStatus;
  changedFiles: boolean;
  inputTokens: number;
  outputTokens: number;
  usd?: number;
  model?: string;
}

interface Folding {
  readonly picture: TaskPicture;
  readonly tools: Map<string, ToolItem>;
  readonly questions: Map<string, QuestionItem>;
  readonly argumentsOf: Map<string, { readonly name: string; readonly arguments: string }>;
  plan?: PlanItem;
}

/** What the chat shows of a task: a fold of its log and nothing else. */
export function foldEvents(events: readonly LoggedEvent[]): TaskPicture {
  const picture: TaskPicture = { items: [], changedFiles: false, inputTokens: 0, outputTokens: 0 };
  const folding: Folding = { picture, tools: new Map(), questions: new Map(), argumentsOf: new Map() };
  for (const { event } of events) fold(folding, event);
  return picture;
}

type Fold<T extends TaskEvent['type']> = (folding: Folding, event: Extract<TaskEvent, { type: T }>) => void;

const ignored = (): void => undefined;

const folds: { readonly [T in TaskEvent['type']]: Fold<T> } = {
  'task-created': ({ picture }, { start }) =>
    picture.items.push({ kind: 'goal', text: start.goal, context: start.context.map((item) => item.label) }),
  'task-resumed': ({ picture }) => {
    delete picture.ended;
    picture.items.push({ kind: 'note', text: 'Resumed.', tone: 'quiet' });
  },
  'agent-message': ignored,
  'memory-recalled': ({ picture }, { hits, rules }) => {
    const parts = [
      hits.length > 0 ? count(hits.length, 'memory', 'memories') : '',
      rules.length > 0 ? count(rules.length, 'rule file', 'rule files') : '',
    ].filter(Boolean);
    if (parts.length > 0) picture.items.push({ kind: 'note', text: `Recalled ${parts.join(' and ')}.`, tone: 'quiet' });
  },
  'plan-proposed': (folding, { plan, revision }) => {
    folding.plan = { kind: 'plan', revision, steps: plan.steps, states: new Map() };
    folding.picture.items.push(folding.plan);
  },
  'plan-resolved': ({ plan }, event) => {
    if (!plan) return;
    plan.accepted = event.accepted;
    plan.steps = event.plan?.steps ?? plan.steps;
  },
  'plan-changed': ({ plan }, { added, removed }) => {
    if (plan) plan.steps = [...plan.steps.filter((step) => !removed.includes(step.id)), ...added];
  },
  'step-started': ({ picture, plan }, { stepId }) => {
    plan?.states.set(stepId, 'running');
    const title = titleOf(plan, stepId);
    if (title) picture.items.push({ kind: 'step', title });
  },
  'model-replied': ({ picture, argumentsOf }, event) => {
    if (event.text.trim()) picture.items.push({ kind: 'text', text: event.text });
    for (const call of event.calls) argumentsOf.set(call.id, call);
    picture.inputTokens += event.usage.inputTokens;
    picture.outputTokens += event.usage.outputTokens;
    if (event.usage.usd !== undefined) picture.usd = (picture.usd ?? 0) + event.usage.usd;
    picture.model = event.model;
  },
  'note-added': ({ picture }, { text, by }) => {
    if (by === 'user') picture.items.push({ kind: 'goal', text, context: [] });
    else picture.items.push({ kind: 'note', text, tone: 'quiet' });
  },
  'context-compacted': ({ picture }, { droppedTurns }) =>
    picture.items.push({
      kind: 'note',
      text: `${count(droppedTurns, 'earlier turn', 'earlier turns')} summarised to make room.`,
      tone: 'quiet',
    }),
  'tool-call-started': (folding, event) => {
    const tool = toolOf(folding, event.callId);
    tool.name = event.name;
    tool.title = event.title;
  },
  'files-changing': ignored,
  'command-started': ignored,
  'approval-requested': (folding, { callId, title, effects, decision }) => {
    const tool = toolOf(folding, callId);
    tool.title = title;
    tool.approval = { effects, decision };
  },
  'approval-resolved': (folding, { callId, allowed, by }) => {
    const tool = toolOf(folding, callId);
    if (tool.approval) Object.assign(tool.approval, { allowed, by });
  },
  'question-asked': ({ picture, questions }, { callId, question, choices }) => {
    const item: QuestionItem = { kind: 'question', callId, question, choices };
    questions.set(callId, item);
    picture.items.push(item);
  },
  'tool-call-ended': (folding, event) => {
    const { callId, ok, content, durationMs, error, exitCode } = event;
    const question = folding.questions.get(callId);
    if (question) question.answer = content;
    if (event.changes && event.changes.length > 0) folding.picture.changedFiles = true;
    toolOf(folding, callId).ended = {
      ok,
      content,
      durationMs,
      ...(error ? { error } : {}),
      ...(exitCode === undefined ? {} : { exitCode }),
    };
  },
  'step-ended': ({ picture, plan }, { stepId, status, summary }) => {
    plan?.states.set(stepId, status);
    const title = titleOf(plan, stepId);
    if (title) picture.items.push({ kind: 'step', title, status, summary });
  },
  warning: ({ picture }, { message }) => picture.items.push({ kind: 'note', text: message, tone: 'warning' }),
  'memory-learned': ({ picture }, { stored }) => {
    if (stored.length > 0)
      picture.items.push({
        kind: 'note',
        text: `Remembered ${count(stored.length, 'thing', 'things')}.`,
        tone: 'quiet',
      });
  },
  'task-ended': ({ picture }, { status, summary, error }) => {
    picture.ended = status;
    picture.items.push({
      kind: 'end',
      status,
      summary: repeats(picture, summary) ? '' : summary,
      ...(error ? { error } : {}),
    });
  },
};

function fold<T extends TaskEvent['type']>(folding: Folding, event: Extract<TaskEvent, { type: T }>): void {
  // A log of a newer version may hold words that this one does not know.
  (folds[event.type as T] as Fold<T> | undefined)?.(folding, event);
}

function toolOf(folding: Folding, callId: string): ToolItem {
  const known = folding.tools.get(callId);
  if (known) return known;
  const call = folding.argumentsOf.get(callId);
  const tool: ToolItem = {
    kind: 'tool',
    callId,
    name: call?.name ?? 'tool',
    title: call?.name ?? 'Tool call',
    arguments: call?.arguments ?? '',
  };
  folding.tools.set(callId, tool);
  folding.picture.items.push(tool);
  return tool;
}

function titleOf(plan: PlanItem | undefined, stepId: string): string | undefined {
  return plan?.steps.find((step) => step.id === stepId)?.title;
}

function repeats(picture: TaskPicture, summary: string): boolean {
  return picture.items.some(
    (item) =>
      (item.kind === 'text' && item.text.trim() === summary.trim()) ||
      (item.kind === 'step' && item.summary?.trim() === summary.trim()),
  );
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
