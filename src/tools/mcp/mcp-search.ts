import * as z from 'zod/mini';
import { toMagusError } from '../../core/errors/magus-error.ts';
import { startEffect } from '../../core/mcp/mcp-effects.ts';
import type { McpList, McpServer, McpTool } from '../../core/mcp/mcp-port.ts';
import type { Ports } from '../../core/ports.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import { indexEntries } from '../../core/tools/rank-entries.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import type { Effect } from '../../protocol/effects.ts';
import { mcpDesk } from './mcp-desk.ts';

const input = z.object({
  query: z.string().check(z.maxLength(1000)),
  server: z.optional(z.string().check(z.maxLength(100))),
});
type McpSearchInput = z.infer<typeof input>;

const shownTools = 8;
const shownDescription = 600;
/** Of one schema; where the tool is named exactly, and of all together. */
const shownSchema = 2000;
const shownExactly = 12_000;
const shownAltogether = 24_000;

/** Finds tools of MCP servers. What they say of themselves comes from outside: it is shown, never obeyed. */
export const mcpSearch: Tool<McpSearchInput> = {
  name: 'mcp_search',
  family: 'mcp',
  description:
    'Finds tools of the configured MCP servers by words, with their schemas. An empty query lists the servers. A server that was never started is started once for its list; server: only that one.',
  input,
  describe: ({ query, server }) => `Search MCP tools${server === undefined ? '' : ` of ${server}`}: ${query}`,
  async effects(ports, scope, asked) {
    const { wanted } = await wantedServers(ports, scope, asked);
    const unlisted = wanted.filter((server) => isUnlisted(server, asked));
    const unseen = wanted.some(({ tools }) => tools?.some(({ approved }) => !approved));
    const look: Effect = { verb: 'control', object: 'the list of MCP tools', zone: 'own' };
    return [unseen ? { ...look, fromOutside: true } : look, ...unlisted.map(startEffect)];
  },
  async run(ports, scope, asked, authorized, signal) {
    const { wanted, servers, faults } = await wantedServers(ports, scope, asked);
    if (wanted.length === 0) return { ok: true, content: [noServers(servers, asked), ...faults].join('\n') };
    const listed = await listedTools({ ports, scope, authorized, signal }, wanted, asked);
    const failures = listed.flatMap(({ failure }) => failure ?? []);
    const found = asked.query.trim() === '' ? overview(listed) : best(listed, asked.query);
    return { ok: true, content: [...found, ...failures, ...faults].join('\n\n') };
  },
};

interface Listed {
  readonly server: McpServer;
  readonly tools: readonly McpTool[];
  readonly failure?: string;
}

interface Surroundings {
  readonly ports: Ports;
  readonly scope: ToolScope;
  readonly authorized: Authorized;
  readonly signal: AbortSignal;
}

async function wantedServers(
  ports: Ports,
  scope: ToolScope,
  { server }: McpSearchInput,
): Promise<McpList & { readonly wanted: readonly McpServer[] }> {
  const list = await ports.mcp.list(scope.roots);
  return { ...list, wanted: list.servers.filter(({ name }) => server === undefined || name === server) };
}

/** One that could not be started is tried again only when it is named. */
function isUnlisted({ name, tools, running, failure }: McpServer, asked: McpSearchInput): boolean {
  return tools === undefined && !running && (failure === undefined || asked.server === name);
}

/** One that cannot be started does not stand in the way of the others. */
function listedTools(
  around: Surroundings,
  servers: readonly McpServer[],
  asked: McpSearchInput,
): Promise<readonly Listed[]> {
  const { ports, scope, authorized, signal } = around;
  const place = { roots: scope.roots, desk: mcpDesk(ports, scope) };
  return Promise.all(
    servers.map(async (server): Promise<Listed> => {
      if (server.tools && !server.running) return { server, tools: server.tools };
      if (server.failure !== undefined && !isUnlisted(server, asked))
        return {
          server,
          tools: [],
          failure: `${server.failure} (search with "server": "${server.name}" to try again)`,
        };
      try {
        return { server, tools: await ports.mcp.connect(authorized, server, place, signal) };
      } catch (caught) {
        if (signal.aborted) throw caught;
        return { server, tools: [], failure: toMagusError(caught).message };
      }
    }),
  );
}

function overview(listed: readonly Listed[]): readonly string[] {
  return listed.map(({ server, tools }) => {
    const names = tools.map(({ name }) => name).join(' ');
    return `${server.name} (${tools.length} tools): ${names.length > 2000 ? `${names.slice(0, 2000)}…` : names}`;
  });
}

function best(listed: readonly Listed[], query: string): readonly string[] {
  const all = listed.flatMap(({ server, tools }) => tools.map((tool) => ({ server, tool })));
  const index = indexEntries(
    all.map(({ server, tool }) => [
      [tool.name, 4],
      [tool.description.slice(0, 2000), 1],
      [server.name, 1],
      [Object.keys((tool.input?.['properties'] as object | undefined) ?? {}).join(' '), 1],
    ]),
  );
  const found = index.search(query, shownTools).flatMap((place) => all[place] ?? []);
  if (found.length === 0) return ['No tool fits these words.', ...overview(listed)];
  let left = shownAltogether;
  const shown = found.map(({ server, tool }) => {
    const exact = query
      .trim()
      .split(/[\s/]+/)
      .includes(tool.name);
    const text = describeTool(server, tool, Math.min(left, exact ? shownExactly : shownSchema));
    left = Math.max(200, left - text.length);
    return text;
  });
  return [...shown, 'Call one with mcp_call {"server", "tool", "arguments"}.'];
}

function describeTool(server: McpServer, tool: McpTool, most: number): string {
  const { description, input: schema } = tool;
  const words = description.length > shownDescription ? `${description.slice(0, shownDescription)}…` : description;
  const json = schema === undefined ? 'too big to be shown' : JSON.stringify(schema);
  const shown = json.length > most ? `${json.slice(0, most)}… (search for the tool's exact name to see more)` : json;
  return `server: ${server.name}, tool: ${tool.name}\n${words}\narguments: ${shown}`;
}

function noServers(servers: readonly McpServer[], { server }: McpSearchInput): string {
  if (server !== undefined)
    return `There is no MCP server ${server}. There are: ${servers.map(({ name }) => name).join(', ') || 'none'}.`;
  return 'No MCP server is configured. The user can name some in .vscode/mcp.json or in the setting openmagus.mcpServers.';
}
