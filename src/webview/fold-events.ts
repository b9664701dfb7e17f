import { type Signal, signal } from '@preact/signals';
import { faultWords, proxyWords } from '../protocol/fault-words.ts';
import type { TaskEvent, TaskStatus } from '../protocol/task-event.ts';
import type { ChatItem, PlanItem, ToolItem } from './chat-items.ts';

export interface TaskFigures {
  readonly goal: string;
  readonly ended?: TaskStatus;
  readonly changedFiles: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd?: number;
  readonly model?: string;
  /** What goes on just now, in a few words. */
  readonly activity: string;
}

/** What the chat shows of a task. Each item is a signal of its own: an event costs what it changes, not the whole list. */
export interface TaskPicture {
  readonly items: Signal<ChatItem>[];
  /** How many items there are: whoever draws the list listens to this. */
  readonly count: Signal<number>;
  readonly figures: Signal<TaskFigures>;
  readonly tools: Map<string, Signal<ChatItem>>;
  readonly questions: Map<string, Signal<ChatItem>>;
  /** Objects of the effects that a person has allowed in this task. */
  readonly allowed: Set<string>;
  readonly calls: Map<string, { readonly name: string; readonly arguments: string }>;
  plan?: Signal<ChatItem>;
  /** There was a plan, be it one that is not worth showing. */
  planned?: boolean;
  /** When the event that is being taken in happened, in milliseconds since the epoch. */
  at?: number | undefined;
}

export function emptyPicture(): TaskPicture {
  return {
    items: [],
    count: signal(0),
    figures: signal({ goal: '', changedFiles: false, inputTokens: 0, outputTokens: 0, activity: 'Starting' }),
    tools: new Map(),
    questions: new Map(),
    allowed: new Set(),
    calls: new Map(),
  };
}

/** Takes one more event of the log into the picture. */
export function foldEvent<T extends TaskEvent['type']>(
  picture: TaskPicture,
  event: Extract<TaskEvent, { type: T }>,
  at?: string,
): void {
  picture.at = at === undefined ? undefined : Date.parse(at);
  // A log of a newer version may hold words that this one does not know.
  (folds[event.type as T] as Fold<T> | undefined)?.(picture, event);
}

type Fold<T extends TaskEvent['type']> = (picture: TaskPicture, event: Extract<TaskEvent, { type: T }>) => void;

const ignored = (): void => undefined;

const folds: { readonly [T in TaskEvent['type']]: Fold<T> } = {
  'task-created': (picture, { start }) => {
    add(picture, { kind: 'goal', text: start.goal, context: start.context.map((item) => item.label) });
    figure(picture, { goal: start.goal });
  },
  'task-resumed': (picture) => {
    const { ended: _over, ...open } = picture.figures.value;
    picture.figures.value = { ...open, activity: 'Resuming' };
    note(picture, 'Resumed.');
  },
  'agent-message': (picture, { message }) => {
    if (message.kind !== 'request') return;
    if (message.to === 'knowledge') figure(picture, { activity: 'Remembering' });
    if (message.to === 'planner') figure(picture, { activity: 'Planning' });
  },
  'memory-recalled': (picture, { hits, rules, files = [] }) => {
    const parts = [
      hits.length > 0 ? count(hits.length, 'memory', 'memories') : '',
      rules.length > 0 ? count(rules.length, 'rule file', 'rule files') : '',
    ].filter(Boolean);
    if (parts.length > 0) note(picture, `Recalled ${parts.join(' and ')}.`);
    if (files.length > 0) note(picture, `May matter: ${files.map(({ path }) => path).join(', ')}.`);
  },
  'plan-proposed': (picture, { plan, revision, basedOn }) => {
    picture.planned = true;
    // One step that is the whole task tells nothing the goal does not.
    if (plan.steps.length === 1 && plan.steps[0]?.id === 'task') return;
    picture.plan = add(picture, {
      kind: 'plan',
      revision,
      steps: plan.steps,
      states: {},
      ...(basedOn ? { record: basedOn.record } : {}),
    });
    figure(picture, { activity: waits });
  },
  'plan-resolved': (picture, event) => {
    changePlan(picture, (plan) => ({ ...plan, accepted: event.accepted, steps: event.plan?.steps ?? plan.steps }));
    figure(picture, { activity: thinks });
  },
  'plan-changed': (picture, { added, removed }) =>
    changePlan(picture, (plan) => ({
      ...plan,
      steps: [...plan.steps.filter((step) => !removed.includes(step.id)), ...added],
    })),
  'step-started': (picture, { stepId }) => {
    const title = stepTitle(picture, stepId);
    changePlan(picture, (plan) => ({ ...plan, states: { ...plan.states, [stepId]: 'running' } }));
    if (title) add(picture, { kind: 'step', title });
    figure(picture, { activity: thinks });
  },
  'model-replied': (picture, { text, calls, usage, model, proxied }) => {
    if (proxied) note(picture, proxyWords(proxied));
    if (text.trim()) add(picture, { kind: 'text', text });
    for (const call of calls) picture.calls.set(call.id, call);
    const { inputTokens, outputTokens, usd } = picture.figures.value;
    figure(picture, {
      inputTokens: inputTokens + usage.inputTokens,
      outputTokens: outputTokens + usage.outputTokens,
      ...(usage.usd === undefined ? {} : { usd: (usd ?? 0) + usage.usd }),
      model,
    });
  },
  'model-attempt-failed': (picture, { attempt }) => {
    note(picture, `${attempt.deployment} ${faultWords(attempt.fault)}.`);
  },
  'note-added': (picture, { text, by }) => {
    if (by === 'user') add(picture, { kind: 'goal', text, context: [] });
    else note(picture, text);
  },
  'context-compacted': (picture, { droppedTurns }) =>
    note(picture, `${count(droppedTurns, 'earlier turn', 'earlier turns')} summarised to make room.`),
  'images-left-out': (picture) =>
    add(picture, {
      kind: 'note',
      tone: 'warning',
      text: 'The model takes no images: those that tools read are left out. Choose another model to have them looked at.',
    }),
  'tool-call-started': (picture, { callId, name, title }) => {
    // The harness makes calls of its own, which no reply of the model has.
    if (!picture.calls.has(callId)) picture.calls.set(callId, { name, arguments: '' });
    changeTool(picture, callId, (tool) => ({ ...tool, name, title }));
    if (!quietTools.has(name)) figure(picture, { activity: works });
  },
  'files-changing': ignored,
  'command-started': ignored,
  'call-decided': ignored,
  'approval-requested': (picture, { callId, title, effects, decision, advice }) => {
    const { allowed } = picture;
    // Where nothing was allowed yet, all of it is new, and saying so would say nothing.
    const fresh =
      allowed.size === 0 ? [] : effects.map(({ object }) => object).filter((object) => !allowed.has(object));
    const past = advice ? { advice: advice.text } : {};
    changeTool(picture, callId, (tool) => ({ ...tool, title, approval: { effects, decision, fresh, ...past } }));
    figure(picture, { activity: waits });
  },
  'approval-resolved': (picture, { callId, allowed, by }) => {
    const asked = picture.tools.get(callId)?.value;
    if (allowed && asked?.kind === 'tool') {
      for (const { object } of asked.approval?.effects ?? []) picture.allowed.add(object);
    }
    changeTool(picture, callId, (tool) =>
      tool.approval
        ? {
            ...tool,
            approval: {
              ...tool.approval,
              allowed,
              by,
              ...(picture.at === undefined ? {} : { resolvedAt: picture.at }),
            },
          }
        : tool,
    );
    figure(picture, { activity: allowed ? works : thinks });
  },
  'question-asked': (picture, { callId, question, choices }) => {
    picture.questions.set(callId, add(picture, { kind: 'question', callId, question, choices }));
    figure(picture, { activity: waits });
  },
  'tool-call-ended': (
    picture,
    { callId, ok, content, durationMs, error, exitCode, changes, chart, advice, images },
  ) => {
    const question = picture.questions.get(callId);
    if (question?.value.kind === 'question') question.value = { ...question.value, answer: content };
    const paths = [...new Set((changes ?? []).map(({ path }) => path))];
    const outcome = {
      ...(error && { error }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(chart && { chart }),
      ...(images && { images }),
      ...(advice && { advice: advice.text }),
    };
    changeTool(picture, callId, (tool) => {
      const ownTime = timeSinceAllowed(picture, tool) ?? durationMs;
      return { ...tool, ended: { ok, content, durationMs: ownTime, paths, ...outcome } };
    });
    figure(picture, { activity: thinks, ...(paths.length > 0 ? { changedFiles: true } : {}) });
  },
  'step-ended': (picture, { stepId, status, summary }) => {
    changePlan(picture, (plan) => ({ ...plan, states: { ...plan.states, [stepId]: status } }));
    const title = stepTitle(picture, stepId);
    if (title) add(picture, { kind: 'step', title, status, summary });
  },
  warning: (picture, { message }) => void add(picture, { kind: 'note', text: message, tone: 'warning' }),
  'memory-learned': (picture, { stored }) => {
    if (stored.length > 0) note(picture, `Remembered ${count(stored.length, 'thing', 'things')}.`);
  },
  'task-ended': (picture, { status, summary, error }) => {
    const shown = saidAlready(picture, summary) ? '' : summary;
    const answered = status === 'unverified' && picture.planned !== true;
    add(picture, { kind: 'end', status, summary: shown, answered, ...(error ? { error } : {}) });
    figure(picture, { ended: status, activity: '' });
  },
};

const thinks = 'Thinking';
export const waits = 'Waiting for you';
const works = 'Working';
/** Calls that steer the task: what they do is shown as a plan, a question or a result. */
const quietTools: ReadonlySet<string> = new Set(['propose_plan', 'answer', 'ask_user', 'update_plan', 'finish_step']);

function add(picture: TaskPicture, item: ChatItem): Signal<ChatItem> {
  const added = signal(item);
  picture.items.push(added);
  picture.count.value = picture.items.length;
  return added;
}

function note(picture: TaskPicture, text: string): void {
  add(picture, { kind: 'note', text, tone: 'quiet' });
}

function figure(picture: TaskPicture, part: Partial<TaskFigures>): void {
  picture.figures.value = { ...picture.figures.value, ...part };
}

function changePlan(picture: TaskPicture, change: (plan: PlanItem) => PlanItem): void {
  if (picture.plan?.value.kind === 'plan') picture.plan.value = change(picture.plan.value);
}

function changeTool(picture: TaskPicture, callId: string, change: (tool: ToolItem) => ToolItem): void {
  const known = picture.tools.get(callId);
  if (known?.value.kind === 'tool') {
    known.value = change(known.value);
    return;
  }
  const call = picture.calls.get(callId);
  const name = call?.name ?? 'tool';
  const tool = change({ kind: 'tool', callId, name, title: name, arguments: call?.arguments ?? '' });
  // A quiet call is worth showing only when something went wrong with it.
  if (quietTools.has(tool.name) && tool.ended?.ok !== false) return;
  picture.tools.set(callId, add(picture, tool));
}

/** What a person takes to decide is not the time of the call. */
function timeSinceAllowed(picture: TaskPicture, { approval }: ToolItem): number | undefined {
  if (approval?.by !== 'user' || approval.resolvedAt === undefined || picture.at === undefined) return undefined;
  return Math.max(0, picture.at - approval.resolvedAt);
}

function stepTitle(picture: TaskPicture, stepId: string): string | undefined {
  const plan = picture.plan?.value;
  return plan?.kind === 'plan' ? plan.steps.find((step) => step.id === stepId)?.title : undefined;
}

/** Whether the summary is but what the last words, or the steps one after the other, have said already. */
function saidAlready(picture: TaskPicture, summary: string): boolean {
  const wanted = summary.trim();
  if (wanted === '') return true;
  const last = picture.items.slice(-200).map(({ value }) => value);
  if (last.some((item) => item.kind === 'text' && item.text.trim() === wanted)) return true;
  const steps = last.flatMap((item) => (item.kind === 'step' && item.summary ? [item.summary.trim()] : []));
  return steps.length > 0 && steps.reduce((rest, said) => rest.replace(said, ''), wanted).trim() === '';
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
