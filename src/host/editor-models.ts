import * as vscode from 'vscode';
import { abortable } from '../core/abortable.ts';
import { isMagusError, MagusError } from '../core/errors/magus-error.ts';
import { estimateTokens } from '../core/models/estimate-tokens.ts';
import { type Fault, faultError } from '../core/models/faults.ts';
import type { ModelServer } from '../core/models/model-server.ts';
import { tokensOf } from '../core/models/request-tokens.ts';
import type { DeploymentAddress, ModelTransport, TransportRequest } from '../core/models/transport.ts';
import type { ChatMessage, ModelReply } from '../core/ports.ts';
import type { RecordedCall } from '../protocol/task-event.ts';

/** Of the models that we give to VS Code ourselves: asking them would be asking ourselves. */
const ownVendor = 'openmagus';

/** The models that VS Code has from its user's subscriptions and other extensions. */
export const editorModelServer: ModelServer = {
  list: async () => (await editorModels()).map((model) => ({ name: model.id, contextTokens: model.maxInputTokens })),
};

export async function editorModels(): Promise<readonly vscode.LanguageModelChat[]> {
  const models = await vscode.lm.selectChatModels();
  return models.filter(({ vendor }) => vendor !== ownVendor);
}

/** One of VS Code's own models. The user is asked for consent by VS Code, at the first request that follows an action of theirs. */
export function editorTransport(address: DeploymentAddress, offered = editorModels): ModelTransport {
  const { model: name } = address.deployment;
  const find = async (): Promise<vscode.LanguageModelChat> => {
    const models = await offered();
    const found = models.find(({ id }) => id === name) ?? models.find(({ family }) => family === name);
    if (found) return found;
    throw fault('model-not-found', name, `there are ${models.map(({ id }) => id).join(', ') || 'none'}`);
  };
  return {
    facts: async () => {
      const model = await find().catch(() => undefined);
      return { schema: false, ...(model ? { contextTokens: model.maxInputTokens } : {}) };
    },
    complete: async (request, onText, signal) => {
      const deadline = new Deadline(address, signal);
      try {
        const model = await abortable(find(), deadline.signal);
        deadline.signal.throwIfAborted();
        const sent = model.sendRequest(
          request.messages.flatMap(messagesOf),
          {
            justification: 'OpenMagus runs the task you started with this model.',
            tools: request.tools.map(({ name: tool, description, parameters }) => ({
              name: tool,
              description,
              inputSchema: parameters,
            })),
          },
          deadline.token,
        );
        const response = await abortable(Promise.resolve(sent), deadline.signal);
        return await read(model, request, response, deadline, onText);
      } catch (thrown) {
        if (signal.aborted) throw new MagusError('cancelled', 'The request to the model was cancelled.');
        if (deadline.passed) throw fault(deadline.passed, name, 'it was silent for too long');
        throw isMagusError(thrown) ? thrown : asFault(name, thrown);
      } finally {
        deadline.dispose();
      }
    },
  };
}

async function read(
  model: vscode.LanguageModelChat,
  request: TransportRequest,
  response: vscode.LanguageModelChatResponse,
  deadline: Deadline,
  onText: (text: string) => void,
): Promise<ModelReply> {
  const texts: string[] = [];
  const calls: RecordedCall[] = [];
  for await (const part of untilAborted(response.stream, deadline.signal)) {
    deadline.heard();
    if (part instanceof vscode.LanguageModelTextPart) {
      texts.push(part.value);
      if (part.value !== '') onText(part.value);
    } else if (part instanceof vscode.LanguageModelToolCallPart) {
      calls.push({ id: part.callId, name: part.name, arguments: JSON.stringify(part.input) });
    }
  }
  const text = texts.join('');
  // VS Code tells no usage; its own count of the text is the best there is, and of the request an estimate.
  const counted = Promise.resolve(model.countTokens(text, deadline.token));
  const outputTokens = await abortable(counted, deadline.signal).catch(() => estimateTokens(text));
  return {
    text,
    calls,
    finish: calls.length > 0 ? 'tool-calls' : 'stop',
    model: model.id,
    usage: { inputTokens: tokensOf(request), outputTokens },
  };
}

/** A provider need not heed that it is cancelled: nobody waits for it any longer. */
async function* untilAborted<Part>(stream: AsyncIterable<Part>, signal: AbortSignal): AsyncGenerator<Part, void> {
  const parts = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await abortable(parts.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    parts.return?.().catch(() => {});
  }
}

/** Ends a request that says nothing: VS Code's interface has no time limits of its own. */
class Deadline implements vscode.Disposable {
  readonly #source = new vscode.CancellationTokenSource();
  readonly #timeouts: DeploymentAddress['timeouts'];
  readonly #outer: AbortSignal;
  readonly #abort = new AbortController();
  readonly #cancel = (): void => {
    this.#source.cancel();
    this.#abort.abort();
  };
  readonly #total: NodeJS.Timeout;
  #idle: NodeJS.Timeout;
  passed: Fault | undefined;

  constructor({ timeouts }: DeploymentAddress, signal: AbortSignal) {
    this.#timeouts = timeouts;
    this.#outer = signal;
    if (signal.aborted) this.#cancel();
    signal.addEventListener('abort', this.#cancel, { once: true });
    this.#idle = this.#start('first-byte-late', timeouts.firstByteMs);
    this.#total = this.#start('stalled', timeouts.totalMs);
  }

  /** Aborted with the request, and when a limit has passed. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get token(): vscode.CancellationToken {
    return this.#source.token;
  }

  heard(): void {
    clearTimeout(this.#idle);
    this.#idle = this.#start('stalled', this.#timeouts.idleMs);
  }

  dispose(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#total);
    this.#outer.removeEventListener('abort', this.#cancel);
    this.#source.dispose();
  }

  #start(reason: Fault, ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.passed ??= reason;
      this.#cancel();
    }, ms);
  }
}

/** There is no system role: what the system says goes first, as the user's. */
function messagesOf(message: ChatMessage): readonly vscode.LanguageModelChatMessage[] {
  const { User, Assistant } = vscode.LanguageModelChatMessage;
  switch (message.role) {
    case 'system':
      return [User(message.content)];
    case 'user': {
      const images = (message.images ?? []).flatMap(imagePart);
      return [User([new vscode.LanguageModelTextPart(message.content), ...images])];
    }
    case 'assistant':
      return [
        Assistant([
          ...(message.content === '' ? [] : [new vscode.LanguageModelTextPart(message.content)]),
          ...message.calls.map((call) => new vscode.LanguageModelToolCallPart(call.id, call.name, inputOf(call))),
        ]),
      ];
    case 'tool':
      return [
        User([
          new vscode.LanguageModelToolResultPart(message.callId, [new vscode.LanguageModelTextPart(message.content)]),
        ]),
      ];
    default:
      return message satisfies never;
  }
}

function imagePart(dataUrl: string): readonly vscode.LanguageModelDataPart[] {
  const [, mime = '', data] = /^data:([^;,]+);base64,(.*)$/s.exec(dataUrl) ?? [];
  return data === undefined ? [] : [vscode.LanguageModelDataPart.image(Buffer.from(data, 'base64'), mime)];
}

function inputOf(call: RecordedCall): object {
  try {
    const parsed: unknown = JSON.parse(call.arguments);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function asFault(model: string, thrown: unknown): MagusError {
  const said = saidBy(thrown);
  if (!(thrown instanceof vscode.LanguageModelError)) return fault('server', model, said);
  if (thrown.code === vscode.LanguageModelError.NoPermissions.name) return fault('auth', model, said);
  if (thrown.code === vscode.LanguageModelError.NotFound.name) return fault('model-not-found', model, said);
  if (thrown.code === vscode.LanguageModelError.Blocked.name) return fault('quota', model, said);
  return fault(/filter|refus/i.test(said) ? 'content-refused' : 'server', model, said);
}

/** VS Code hands some failures on as bare objects. */
function saidBy(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  return 'message' in thrown && typeof thrown.message === 'string' ? thrown.message : JSON.stringify(thrown);
}

function fault(kind: Fault, model: string, said: string): MagusError {
  return faultError(kind, { server: 'VS Code', model, said });
}
