import * as vscode from 'vscode';
import type { ChatMessage } from '../core/ports.ts';
import type { RecordedCall } from '../protocol/task-event.ts';

/** Messages of VS Code's chat as ours: one of theirs may hold text, images, calls and the answers to several calls. */
export function chatMessagesOf(messages: readonly vscode.LanguageModelChatRequestMessage[]): readonly ChatMessage[] {
  return messages.flatMap((message): readonly ChatMessage[] => {
    const content = textOf(message.content);
    if (message.role === vscode.LanguageModelChatMessageRole.Assistant)
      return [{ role: 'assistant', content, calls: message.content.flatMap(callOf) }];
    const answers = message.content.flatMap(answerOf);
    const images = message.content.flatMap(imageOf);
    if (content === '' && images.length === 0) return answers;
    return [...answers, { role: 'user', content, ...(images.length === 0 ? {} : { images }) }];
  });
}

export function textOf(parts: readonly unknown[]): string {
  return parts.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

function callOf(part: unknown): readonly RecordedCall[] {
  if (!(part instanceof vscode.LanguageModelToolCallPart)) return [];
  return [{ id: part.callId, name: part.name, arguments: JSON.stringify(part.input) }];
}

function answerOf(part: unknown): readonly ChatMessage[] {
  if (!(part instanceof vscode.LanguageModelToolResultPart)) return [];
  return [{ role: 'tool', callId: part.callId, content: textOf(part.content) }];
}

function imageOf(part: unknown): readonly string[] {
  if (!(part instanceof vscode.LanguageModelDataPart) || !part.mimeType.startsWith('image/')) return [];
  return [`data:${part.mimeType};base64,${Buffer.from(part.data).toString('base64')}`];
}
