import { MagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';
import { authorize } from '../security/authorize.ts';
import { startEffect } from './mcp-effects.ts';
import type { McpPlace, McpServer, McpTool } from './mcp-port.ts';

/** Starts a server because a person said so, who thereby allows it and the tools that it has now. Calls none of them. */
export async function allowServer(
  ports: Ports,
  server: McpServer,
  place: McpPlace,
  signal: AbortSignal,
): Promise<readonly McpTool[]> {
  const { hash, policy, mcp } = ports;
  const people = { ...ports.people, approve: async () => true };
  const title = `Start ${server.name}`;
  const question = { taskId: 'connectors', callId: server.name, title, effects: [startEffect(server)], trusted: true };
  const outcome = await authorize(
    { hash, policy, people },
    { ...question, approve: 'ask', granted: new Set() },
    signal,
  );
  if (outcome.authorized) return mcp.connect(outcome.authorized, server, place, signal);
  throw new MagusError('permission-denied', `A rule of yours does not let ${server.name} be started.`);
}
