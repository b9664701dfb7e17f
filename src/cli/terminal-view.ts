import type { LiveDelta } from '../core/ports.ts';
import { faultWords, proxyWords } from '../protocol/fault-words.ts';
import type { LoggedEvent } from '../protocol/task-event.ts';
import { printable } from './printable.ts';

/** Shows a task as it goes: JSON lines for programs, or one line an event for people. */
export function terminalView(json: boolean): {
  onEvent(logged: LoggedEvent): void;
  onLive(taskId: string, delta: LiveDelta): void;
} {
  if (json) return { onEvent: (logged) => void process.stdout.write(`${JSON.stringify(logged)}\n`), onLive: () => {} };
  return {
    onEvent: (logged) => {
      const line = lineOf(logged);
      if (line) process.stdout.write(`${printable(line)}\n`);
    },
    onLive: (_taskId, delta) => {
      if (delta.type === 'output') process.stdout.write(printable(delta.text));
    },
  };
}

function lineOf({ taskId, event }: LoggedEvent): string | undefined {
  switch (event.type) {
    case 'task-created':
      return `Task ${taskId}`;
    case 'plan-proposed':
      return [
        ...event.plan.steps.map((step, index) => `  ${index + 1}. ${step.title}`),
        ...(event.basedOn ? [`  (like a workflow that ${event.basedOn.record})`] : []),
      ].join('\n');
    case 'step-started':
      return `▶ ${event.stepId}`;
    case 'model-replied':
      return event.proxied && `  ~ ${proxyWords(event.proxied)}`;
    case 'model-attempt-failed':
      return `  ~ ${event.attempt.deployment} ${faultWords(event.attempt.fault)}`;
    case 'tool-call-started':
      return `  • ${event.title}`;
    case 'tool-call-ended':
      return [
        ...(event.ok ? [] : [`    ✗ ${event.content.split('\n', 1)[0] ?? ''}`]),
        ...(event.advice ? [`    from memory: ${event.advice.text.replaceAll('\n', '\n      ')}`] : []),
      ].join('\n');
    case 'step-ended':
      return `■ ${event.stepId}: ${event.status}`;
    case 'warning':
      return `! ${event.message}`;
    case 'task-ended':
      return `\n${event.summary}\n\n${event.status} · ${event.usage.inputTokens + event.usage.outputTokens} tokens${event.usage.usd === undefined ? '' : ` · $${event.usage.usd.toFixed(4)}`}`;
    default:
      return undefined;
  }
}
