import { pathToFileURL } from 'node:url';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  type CreateMessageRequest,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { McpDesk, McpElicitation } from '../../core/mcp/mcp-port.ts';
import type { CallDeadline } from './call-deadline.ts';

/** A call that is under way; what a server asks meanwhile is asked of whoever made it. */
export interface ActiveCall {
  readonly desk: McpDesk;
  readonly deadline: CallDeadline;
  readonly signal: AbortSignal;
}

export interface Asked {
  readonly server: string;
  readonly roots: readonly string[];
  /** It runs on this machine, in the very folder. */
  readonly local: boolean;
  /** The call that began last; undefined: none is under way, so nobody can be asked. */
  active(): ActiveCall | undefined;
}

/** Roots, questions and requests to the model: answered only for a call that is under way, and only through people. */
export function answerServer(client: Client, asked: Asked): void {
  client.setRequestHandler(ListRootsRequestSchema, async () => {
    const call = asked.active();
    const may = asked.local || (call && (await ask(call, call.desk.tellRoots(asked.server, call.signal))));
    return { roots: may ? asked.roots.map((root) => ({ uri: pathToFileURL(root).href })) : [] };
  });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    const call = asked.active();
    if (!call) return { action: 'cancel' };
    const request: McpElicitation =
      params.mode === 'url'
        ? { server: asked.server, message: params.message, address: params.url }
        : { server: asked.server, message: params.message, schema: { ...params.requestedSchema } };
    return { ...(await ask(call, call.desk.elicit(request, call.signal))) };
  });
  client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => {
    const call = asked.active();
    if (!call) throw new MagusError('permission-denied', 'No call is under way, so nobody can be asked.');
    const request = {
      server: asked.server,
      system: params.systemPrompt ?? '',
      messages: params.messages.map((message) => ({ role: message.role, text: textOf(message) })),
    };
    const answer = await ask(call, call.desk.sample(request, call.signal));
    if (!answer) throw new MagusError('permission-denied', 'The user refused the request to the model.');
    const { text, model } = answer;
    return { role: 'assistant' as const, content: { type: 'text' as const, text }, model, stopReason: 'endTurn' };
  });
}

function ask<Result>({ deadline }: ActiveCall, work: Promise<Result>): Promise<Result> {
  return deadline.pausedFor(work);
}

type Message = CreateMessageRequest['params']['messages'][number];

function textOf({ content }: Message): string {
  const blocks = Array.isArray(content) ? content : [content];
  return blocks.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n');
}
