import type { ChatMessage, ModelRequest } from '../ports.ts';

/** The parts of a request in the order in which a model reads them. */
type Prompt = Pick<ModelRequest, 'tools' | 'messages'>;

/**
 * Where a request stops being a continuation of the one before it, in words: the part and its first byte that differs.
 * undefined: it only adds to it, and a provider's prompt cache holds.
 */
export function prefixBreak(before: Prompt, after: Prompt): string | undefined {
  const former = partsOf(before);
  const parts = partsOf(after);
  const index = former.findIndex(({ text }, place) => parts[place]?.text !== text);
  const broken = former[index];
  if (!broken) return undefined;
  const passed = former.slice(0, index).reduce((sum, { text }) => sum + byteLength(text), 0);
  const now = parts[index];
  if (!now) return `byte ${passed}: ${broken.name} is gone`;
  const inside = firstDifference(broken.text, now.text);
  const shown = (text: string): string => JSON.stringify(text.slice(inside, inside + 40));
  const bytes = byteLength(broken.text.slice(0, inside));
  return `byte ${passed + bytes}, byte ${bytes} of ${broken.name}: ${shown(broken.text)} became ${shown(now.text)}`;
}

function partsOf({ tools, messages }: Prompt): readonly { readonly name: string; readonly text: string }[] {
  return [
    ...tools.map((tool) => ({ name: `the tool ${tool.name}`, text: JSON.stringify(tool) })),
    ...messages.map((message, index) => ({ name: `message ${index + 1} (${message.role})`, text: textOf(message) })),
  ];
}

/** Everything of a message that is sent, with as little copying as can be: most messages are the very same as before. */
function textOf(message: ChatMessage): string {
  switch (message.role) {
    case 'system':
    case 'tool':
      return message.content;
    case 'user':
      return message.images ? message.content + message.images.join('') : message.content;
    case 'assistant':
      return message.calls.length === 0 && message.reasoning === undefined
        ? message.content
        : message.content + (message.reasoning ?? '') + JSON.stringify(message.calls);
    default:
      return message satisfies never;
  }
}

function firstDifference(left: string, right: string): number {
  let index = 0;
  while (index < left.length && left.charCodeAt(index) === right.charCodeAt(index)) index += 1;
  return index;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
