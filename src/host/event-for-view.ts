import type { LoggedEvent, TaskEvent } from '../protocol/task-event.ts';

/** Characters of one text that go to the view; the rest can be opened in an editor. */
const mostText = 6000;

/** Characters of the pictures of one call. */
const mostPictures = 1_500_000;

/** An event without what the chat does not show, and about how many characters it takes to send. */
export function eventForView(logged: LoggedEvent): { readonly shown: LoggedEvent; readonly characters: number } {
  const { event, characters } = slim(logged.event);
  return { shown: { ...logged, event }, characters: characters + 200 };
}

function slim(event: TaskEvent): { readonly event: TaskEvent; readonly characters: number } {
  switch (event.type) {
    case 'task-created': {
      const context = event.start.context.map(({ kind, label }) => ({ kind, label, text: '' }));
      const goal = cut(event.start.goal, 20_000);
      return { event: { ...event, start: { ...event.start, goal, context } }, characters: goal.length };
    }
    case 'memory-recalled': {
      const hits = event.hits.map((hit) => ({ ...hit, text: cut(hit.text, 300) }));
      const rules = event.rules.map(({ path }) => ({ path, text: '' }));
      return { event: { ...event, hits, rules }, characters: hits.length * 500 };
    }
    case 'model-replied': {
      const calls = event.calls.map((call) => ({ ...call, arguments: shortArguments(call.arguments) }));
      const { reasoning: _unshown, ...rest } = event;
      const characters = calls.reduce((sum, call) => sum + call.arguments.length, event.text.length);
      return { event: { ...rest, calls }, characters };
    }
    case 'note-added':
      return {
        event: { ...event, text: cut(event.text, mostText) },
        characters: Math.min(event.text.length, mostText),
      };
    case 'context-compacted':
      return { event: { ...event, digest: '' }, characters: 0 };
    case 'tool-call-ended': {
      const { images = [], ...rest } = event;
      const pictures = images.join('').length <= mostPictures ? images : [];
      return {
        event: {
          ...rest,
          content: cut(event.content, mostText),
          ...(pictures.length > 0 ? { images: pictures } : {}),
        },
        characters:
          Math.min(event.content.length, mostText) + pictures.join('').length + 100 * (event.changes?.length ?? 0),
      };
    }
    default:
      return { event, characters: 0 };
  }
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}\n… ${text.length - most} more characters` : text;
}

/** Long strings inside are cut, so that the rest stays readable JSON. */
function shortArguments(text: string): string {
  if (text.length <= mostText) return text;
  try {
    const parsed: unknown = JSON.parse(text);
    return cut(
      JSON.stringify(parsed, (_key, value: unknown) => (typeof value === 'string' ? cut(value, 1500) : value)),
      4 * mostText,
    );
  } catch {
    return cut(text, mostText);
  }
}
