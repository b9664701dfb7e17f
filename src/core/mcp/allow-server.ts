import type { Ports } from '../ports.ts';
import { saidByPerson } from '../security/said-by-person.ts';
import { startEffect } from './mcp-effects.ts';
import type { McpPlace, McpServer, McpTool } from './mcp-port.ts';

/** Starts a server because a person said so, who thereby allows it and the tools that it has now. Calls none of them. */
export async function allowServer(
  ports: Ports,
  server: McpServer,
  place: McpPlace,
  signal: AbortSignal,
): Promise<readonly McpTool[]> {
  const authorized = await saidByPerson(ports, `Start ${server.name}`, startEffect(server), signal);
  return ports.mcp.connect(authorized, server, place, signal);
}
