import type { AgentMessage } from '../../protocol/agent-message.ts';
import type { Effect } from '../../protocol/effects.ts';
import type { PlanStep } from '../../protocol/plan.ts';
import type { MemoryAdvice, TaskEvent } from '../../protocol/task-event.ts';
import { redact } from './redact.ts';
import { redactJson } from './redact-json.ts';

type Clean = (text: string) => string;
type Cleaners = {
  readonly [Type in TaskEvent['type']]: (
    event: Extract<TaskEvent, { type: Type }>,
    clean: Clean,
    known: readonly string[],
  ) => Extract<TaskEvent, { type: Type }>;
};

/**
 * The event without secrets, whoever said them: it is what goes to disk, into the task's state, and from there into prompts. What
 * a model wrote as the arguments of a call is carried out as it was (`TaskRun.written`); on disk it is without secrets.
 */
export function redactEvent(event: TaskEvent, known: readonly string[]): TaskEvent {
  const cleaner = cleaners[event.type] as (event: TaskEvent, clean: Clean, known: readonly string[]) => TaskEvent;
  return cleaner(event, (text) => redact(text, known), known);
}

const asItIs = <Event extends TaskEvent>(event: Event): Event => event;

const cleaners: Cleaners = {
  'task-created': (event, clean) => ({
    ...event,
    start: {
      ...event.start,
      goal: clean(event.start.goal),
      context: event.start.context.map((item) => ({ ...item, text: clean(item.text) })),
    },
  }),
  'task-resumed': asItIs,
  'agent-message': (event, clean) => ({ ...event, message: cleanMessage(event.message, clean) }),
  'memory-recalled': (event, clean) => ({ ...event, ...cleanRecalled(event, clean), rules: texts(event.rules, clean) }),
  'plan-proposed': (event, clean) => ({ ...event, plan: { steps: steps(event.plan.steps, clean) } }),
  'plan-resolved': (event, clean) =>
    event.plan === undefined ? event : { ...event, plan: { steps: steps(event.plan.steps, clean) } },
  'plan-changed': (event, clean) => ({ ...event, added: steps(event.added, clean) }),
  'step-started': (event, clean) => ({
    ...event,
    ...(event.rules === undefined ? {} : { rules: texts(event.rules, clean) }),
    ...(event.hits === undefined ? {} : { hits: texts(event.hits, clean) }),
  }),
  'model-replied': (event, clean, known) => ({
    ...event,
    text: clean(event.text),
    ...(event.reasoning === undefined ? {} : { reasoning: clean(event.reasoning) }),
    calls: event.calls.map((call) => ({ ...call, arguments: redactJson(call.arguments, known) })),
  }),
  'model-attempt-failed': (event, clean) => ({
    ...event,
    attempt: { ...event.attempt, message: clean(event.attempt.message) },
  }),
  'note-added': (event, clean) => ({ ...event, text: clean(event.text) }),
  'context-compacted': (event, clean) => ({ ...event, digest: clean(event.digest) }),
  'images-left-out': asItIs,
  'call-decided': (event, clean) => ({ ...event, ...cleanDecided(event, clean) }),
  'tool-call-started': (event, clean) => ({ ...event, title: clean(event.title) }),
  'files-changing': asItIs,
  'command-started': (event, clean) => ({ ...event, command: clean(event.command) }),
  'approval-requested': (event, clean) => ({
    ...event,
    title: clean(event.title),
    ...cleanDecided(event, clean),
    ...cleanAdvice(event, clean),
  }),
  'approval-resolved': asItIs,
  'question-asked': (event, clean) => ({
    ...event,
    question: clean(event.question),
    choices: event.choices.map(clean),
  }),
  'tool-call-ended': (event, clean) => ({
    ...event,
    content: clean(event.content),
    ...(event.error === undefined ? {} : { error: { ...event.error, message: clean(event.error.message) } }),
    ...(event.label === undefined ? {} : { label: { ...event.label, source: clean(event.label.source) } }),
    ...cleanAdvice(event, clean),
  }),
  'step-ended': (event, clean) => ({ ...event, summary: clean(event.summary), evidence: clean(event.evidence) }),
  warning: (event, clean) => ({ ...event, message: clean(event.message) }),
  'memory-learned': asItIs,
  'task-ended': (event, clean) => ({
    ...event,
    summary: clean(event.summary),
    ...(event.error === undefined ? {} : { error: { ...event.error, message: clean(event.error.message) } }),
  }),
};

function steps(planned: readonly PlanStep[], clean: Clean): PlanStep[] {
  return planned.map((step) => ({
    ...step,
    title: clean(step.title),
    instructions: clean(step.instructions),
    doneWhen: clean(step.doneWhen),
    ...(step.check === undefined ? {} : { check: clean(step.check) }),
  }));
}

function texts<Told extends { readonly text: string }>(told: readonly Told[], clean: Clean): Told[] {
  return told.map((one) => ({ ...one, text: clean(one.text) }));
}

function cleanRecalled({ hits }: Extract<TaskEvent, { type: 'memory-recalled' }>, clean: Clean) {
  return { hits: texts(hits, clean).map((hit) => ({ ...hit, title: clean(hit.title) })) };
}

function cleanDecided(
  { effects, decision }: Pick<Extract<TaskEvent, { type: 'call-decided' }>, 'effects' | 'decision'>,
  clean: Clean,
) {
  return {
    effects: effects.map((effect) => cleanEffect(effect, clean)),
    decision: { ...decision, reason: clean(decision.reason) },
  };
}

function cleanAdvice({ advice }: { readonly advice?: MemoryAdvice }, clean: Clean) {
  return advice === undefined ? {} : { advice: { ...advice, text: clean(advice.text) } };
}

function cleanEffect(effect: Effect, clean: Clean): Effect {
  return {
    ...effect,
    object: clean(effect.object),
    ...(effect.shown === undefined ? {} : { shown: clean(effect.shown) }),
    ...(effect.commands === undefined
      ? {}
      : { commands: effect.commands.map((command) => ({ ...command, words: command.words.map(clean) })) }),
  };
}

function cleanMessage(message: AgentMessage, clean: Clean): AgentMessage {
  const { body } = message;
  switch (body.topic) {
    case 'recall':
      return body.goal === undefined ? message : { ...message, body: { ...body, goal: clean(body.goal) } };
    case 'plan':
      return body.failures === undefined
        ? message
        : { ...message, body: { ...body, failures: body.failures.map(clean) } };
    case 'step':
      return body.summary === undefined ? message : { ...message, body: { ...body, summary: clean(body.summary) } };
    case 'advise':
      return body.advice === undefined ? message : { ...message, body: { ...body, advice: clean(body.advice) } };
    case 'learn':
      return message;
    default:
      return body satisfies never;
  }
}
