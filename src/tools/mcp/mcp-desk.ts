import type { McpDesk, McpSampled, McpSampling } from '../../core/mcp/mcp-port.ts';
import type { ChatMessage, Ports } from '../../core/ports.ts';
import { approveInCall, askInCall } from '../../core/tools/ask-in-call.ts';
import type { ToolScope } from '../../core/tools/tool.ts';
import { fillForm } from './elicited-form.ts';

const mostSamples = 10;
/** Characters; a person must be able to see all that is asked. */
const longestSample = 100_000;

/** What a server may ask for during one call; a person decides on each thing, and everything is in the log. */
export function mcpDesk(ports: Ports, scope: ToolScope): McpDesk {
  let samples = 0;
  return {
    progress: (text) => ports.live(scope.taskId, { type: 'output', callId: scope.callId, text: text.slice(0, 1000) }),
    elicit: (request, signal) =>
      fillForm(request, (question, choices) => askInCall(ports, scope, { question, choices }, signal)),
    sample: async (request, signal) => {
      if (++samples > mostSamples) return undefined;
      const said = request.messages.map(({ role, text }) => `${role}: ${text}`).join('\n');
      const words = [request.system, said].filter(Boolean).join('\n');
      if (words.length > longestSample) return undefined;
      const title = `Let the MCP server ${request.server} ask your model`;
      const protects = `a request of the MCP server ${request.server} to your model`;
      const object = `mcp ${request.server} asks the model: ${words}`;
      const effect = { verb: 'run', object, zone: 'workspace', protects } as const;
      return (await approveInCall(ports, scope, { title, effect }, signal))
        ? askModel(ports, scope, request, signal)
        : undefined;
    },
    tellRoots: (server, signal) => {
      const title = `Tell the MCP server ${server} where the workspace lies`;
      const object = `mcp ${server} is told: ${scope.roots.join(', ')}`;
      const effect = { verb: 'run', object, zone: 'workspace', protects: 'the paths of your folders' } as const;
      return approveInCall(ports, scope, { title, effect }, signal);
    },
    signIn: async (server, address, signal) => {
      const question = `The MCP server ${server} wants you to sign in. Open this address in your browser:\n${address}`;
      const answer = await askInCall(ports, scope, { question, choices: [opened, declined] }, signal);
      return answer !== undefined && answer.trim() !== declined;
    },
  };
}

const opened = 'I opened it';
const declined = 'Decline';

async function askModel(
  ports: Ports,
  scope: ToolScope,
  { system, messages }: McpSampling,
  signal: AbortSignal,
): Promise<McpSampled> {
  const asked = messages.map(
    ({ role, text }): ChatMessage => (role === 'user' ? { role, content: text } : { role, content: text, calls: [] }),
  );
  const opening: readonly ChatMessage[] = system === '' ? [] : [{ role: 'system', content: system }];
  const reply = await ports.model.complete(
    { purpose: 'summarise', session: `${scope.taskId}/mcp`, messages: [...opening, ...asked], tools: [] },
    { onText: () => {}, onAttemptFailed: () => {} },
    signal,
  );
  return { text: reply.text, model: reply.model };
}
