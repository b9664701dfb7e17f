import type { TaskEvent, ToolFailure } from '../../protocol/task-event.ts';
import { redact } from './redact.ts';

/**
 * The event without secrets in what came from outside. What the model and the user said stays as it was: their words are
 * carried out, and a call that ran must be the call on disk.
 */
export function redactEvent(event: TaskEvent, known: readonly string[]): TaskEvent {
  switch (event.type) {
    case 'tool-call-ended': {
      const content = redact(event.content, known);
      return event.error ? { ...event, content, error: redactFailure(event.error, known) } : { ...event, content };
    }
    case 'note-added':
    case 'context-compacted':
      return 'text' in event
        ? { ...event, text: redact(event.text, known) }
        : { ...event, digest: redact(event.digest, known) };
    case 'warning':
      return { ...event, message: redact(event.message, known) };
    case 'task-ended':
      return event.error
        ? { ...event, summary: redact(event.summary, known), error: redactFailure(event.error, known) }
        : { ...event, summary: redact(event.summary, known) };
    case 'step-ended':
      return { ...event, summary: redact(event.summary, known), evidence: redact(event.evidence, known) };
    default:
      return event;
  }
}

function redactFailure(failure: ToolFailure, known: readonly string[]): ToolFailure {
  return { ...failure, message: redact(failure.message, known) };
}
