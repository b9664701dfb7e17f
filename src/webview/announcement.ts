import type { TaskEvent } from '../protocol/task-event.ts';

/** What a screen reader says of an event; undefined for those that would only be noise. */
export function announcementOf(event: TaskEvent): string | undefined {
  switch (event.type) {
    case 'plan-proposed':
      return `A plan of ${event.plan.steps.length === 1 ? '1 step' : `${event.plan.steps.length} steps`} is proposed.`;
    case 'approval-requested':
      return `OpenMagus asks for approval: ${event.title}`;
    case 'question-asked':
      return `OpenMagus asks: ${event.question}`;
    case 'model-replied':
      return event.text.trim() === '' ? undefined : event.text.trim().slice(0, 500);
    case 'step-ended':
      return `A step ended ${event.status}. ${event.summary.slice(0, 200)}`;
    case 'task-ended':
      return `The task ended ${event.status.replace('-', ' ')}. ${event.error?.message ?? event.summary.slice(0, 300)}`;
    case 'task-resumed':
      return 'The task goes on.';
    case 'warning':
      return event.message;
    default:
      return undefined;
  }
}
