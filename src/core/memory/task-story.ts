import type { LoggedEvent, TaskEvent } from '../../protocol/task-event.ts';

/** What is told of one event to whoever shall learn from a task. */
export interface StoryLine {
  readonly seq: number;
  readonly text: string;
}

const mostOfSuccess = 300;
const mostOfFailure = 1200;
const mostOfWords = 600;
const mostInAll = 30_000;

/** What happened in a task, event by event, failures longer than successes; where that is too much, the middle is left out. */
export function storyOf(events: readonly LoggedEvent[]): readonly StoryLine[] {
  const lines = events.flatMap(({ seq, event }) => {
    const text = wordsOf(event);
    return text === '' ? [] : [{ seq, text }];
  });
  let left = mostInAll;
  const fits = (line: StoryLine): boolean => {
    left -= line.text.length;
    return left > 0;
  };
  // The beginning says what was wanted, the end how it went: they are taken by turns.
  const kept = new Set<number>();
  for (let first = 0, last = lines.length - 1; first <= last; first += 1, last -= 1)
    for (const line of [lines[first], lines[last]]) if (line && fits(line)) kept.add(line.seq);
  return lines.filter(({ seq }) => kept.has(seq));
}

function wordsOf(event: TaskEvent): string {
  switch (event.type) {
    case 'task-created':
      return `goal: ${event.start.goal.slice(0, 4000)}`;
    case 'plan-proposed':
      return `plan: ${event.plan.steps.map(({ title }) => title).join('; ')}`.slice(0, mostOfFailure);
    case 'model-replied':
      return event.text === '' ? '' : `model: ${event.text.slice(0, mostOfWords)}`;
    case 'tool-call-started':
      return `call: ${event.name} ${event.title}`.slice(0, mostOfWords);
    case 'tool-call-ended':
      return event.ok
        ? `worked: ${event.content.slice(0, mostOfSuccess)}`
        : `failed: ${event.content.slice(0, mostOfFailure)}`;
    case 'note-added':
      return event.by === 'user' ? `user: ${event.text.slice(0, mostOfFailure)}` : '';
    case 'step-ended':
      return `step ${event.status}: ${event.summary}`.slice(0, mostOfWords);
    default:
      return '';
  }
}

/** Whether there is more to learn than that a task went as planned: something failed, or it took many calls. */
export function isTelling(events: readonly LoggedEvent[]): boolean {
  const ended = events.flatMap(({ event }) => (event.type === 'tool-call-ended' ? [event] : []));
  return ended.length >= manyCalls || ended.some(({ ok }) => !ok);
}

const manyCalls = 6;
