import * as vscode from 'vscode';
import type { ChatMessage, ModelReply, ModelRequest } from '../core/ports.ts';
import { isWritten } from './configured-models.ts';
import { chatMessagesOf, textOf } from './native-messages.ts';
import { readSettings } from './settings.ts';
import type { TaskService } from './task-service.ts';

/** As in the manifest. */
const vendor = 'openmagus';
const participant = 'openmagus.magus';

/** The roles that are published, and what a request to each is for. */
const purposes: Readonly<Record<string, ModelRequest['purpose']>> = { primary: 'act', secondary: 'advise' };

/** Our models in VS Code's own chat: as models of a provider, and as the participant @magus. */
export function registerNativeChat(
  tasks: TaskService,
): vscode.Disposable & { readonly participant: vscode.ChatParticipant } {
  const changed = new vscode.EventEmitter<void>();
  const chat = vscode.chat.createChatParticipant(participant, (request, context, stream, token) =>
    answer(tasks, { request, context, stream, token }),
  );
  chat.iconPath = new vscode.ThemeIcon('sparkle');
  const registered = vscode.Disposable.from(
    changed,
    chat,
    tasks.onChange(() => changed.fire()),
    vscode.lm.registerLanguageModelChatProvider(vendor, {
      onDidChangeLanguageModelChatInformation: changed.event,
      provideLanguageModelChatInformation: () => publishedModels(tasks),
      provideLanguageModelChatResponse: (model, messages, options, progress, token) =>
        respond(tasks, { model, messages, options, progress, token }),
      provideTokenCount: async (_model, text) => {
        const { estimateTokens } = await import('../core/models/estimate-tokens.ts');
        return estimateTokens(typeof text === 'string' ? text : textOf(text.content));
      },
    }),
  );
  return Object.assign(registered, { participant: chat });
}

/** The primary and the secondary group. VS Code's own models are not given back to it. */
async function publishedModels(tasks: TaskService): Promise<vscode.LanguageModelChatInformation[]> {
  if (!isWritten(readSettings().models)) return [];
  // What is wrong with the configuration is said by Manage Models.
  const desk = await tasks.modelDesk().catch(() => undefined);
  return Object.keys(purposes).flatMap((role) => {
    const group = desk?.groups().find(({ roles }) => roles.includes(role));
    const [first] = group?.members ?? [];
    if (!group || !first) return [];
    return {
      id: role,
      name: `OpenMagus ${role}`,
      family: vendor,
      version: '1',
      detail: first.id,
      tooltip: group.members.map(({ id }) => id).join(', then '),
      maxInputTokens: first.contextTokens,
      maxOutputTokens: 4096,
      capabilities: { toolCalling: true, imageInput: true },
    };
  });
}

async function respond(
  tasks: TaskService,
  asked: {
    readonly model: vscode.LanguageModelChatInformation;
    readonly messages: readonly vscode.LanguageModelChatRequestMessage[];
    readonly options: vscode.ProvideLanguageModelChatResponseOptions;
    readonly progress: vscode.Progress<vscode.LanguageModelResponsePart>;
    readonly token: vscode.CancellationToken;
  },
): Promise<void> {
  const { model, options, progress, token } = asked;
  const tools = (options.tools ?? []).map(({ name, description, inputSchema }) => ({
    name,
    description,
    parameters: { ...inputSchema },
  }));
  const request = { purpose: purposes[model.id] ?? 'act', messages: chatMessagesOf(asked.messages), tools };
  const reply = await complete(tasks, request, token, (text) =>
    progress.report(new vscode.LanguageModelTextPart(text)),
  );
  // A call that was cut off is not handed on.
  if (reply.finish !== 'tool-calls') return;
  for (const call of reply.calls) {
    const input: unknown = JSON.parse(call.arguments);
    if (typeof input === 'object' && input !== null)
      progress.report(new vscode.LanguageModelToolCallPart(call.id, call.name, input));
  }
}

const system = `You are OpenMagus in the chat of the user's editor. Answer briefly and with code where it helps. Here you have no tools: when
files should be changed or commands run, say what a task would do; the button under your answer starts it.`;

async function answer(
  tasks: TaskService,
  asked: {
    readonly request: vscode.ChatRequest;
    readonly context: vscode.ChatContext;
    readonly stream: vscode.ChatResponseStream;
    readonly token: vscode.CancellationToken;
  },
): Promise<void> {
  const { request, context, stream, token } = asked;
  const messages: readonly ChatMessage[] = [
    { role: 'system', content: system },
    ...context.history.map(turnOf),
    { role: 'user', content: request.prompt },
  ];
  await complete(tasks, { purpose: 'act', messages, tools: [] }, token, (text) => stream.markdown(text));
  stream.button({ command: 'openmagus.runTask', title: 'Run as a Task', arguments: [{ goal: request.prompt }] });
}

function turnOf(turn: vscode.ChatRequestTurn | vscode.ChatResponseTurn): ChatMessage {
  if (turn instanceof vscode.ChatRequestTurn) return { role: 'user', content: turn.prompt };
  const texts = turn.response.map((part) => (part instanceof vscode.ChatResponseMarkdownPart ? part.value.value : ''));
  return { role: 'assistant', content: texts.join(''), calls: [] };
}

async function complete(
  tasks: TaskService,
  request: ModelRequest,
  token: vscode.CancellationToken,
  onText: (text: string) => void,
): Promise<ModelReply> {
  const { model } = await tasks.ports();
  const cancel = new AbortController();
  const stop = token.onCancellationRequested(() => cancel.abort());
  try {
    return await model.complete(request, { onText, onAttemptFailed: () => undefined }, cancel.signal);
  } finally {
    stop.dispose();
  }
}
