import { realpathSync } from 'node:fs';
import type { ConfiguredApi } from '../core/api/api-port.ts';
import { MagusError, toMagusError } from '../core/errors/magus-error.ts';
import { allowServer } from '../core/mcp/allow-server.ts';
import type { McpDesk, McpServer } from '../core/mcp/mcp-port.ts';
import type { Ports } from '../core/ports.ts';
import { printable } from './printable.ts';
import { withPorts } from './with-ports.ts';

/** `openmagus connectors [list]`, `connectors allow NAME` and `connectors forget NAME`: the MCP servers and APIs of the user and of this folder. */
export async function connectors(words: readonly string[]): Promise<number> {
  const [action = 'list', name] = words;
  if (action === 'list') return withPorts((ports) => list(ports));
  if (action === 'allow' && name !== undefined) return withPorts((ports) => allow(ports, name));
  if (action === 'forget' && name !== undefined) return withPorts((ports) => forget(ports, name));
  throw new MagusError('user-input', 'Say: openmagus connectors list, allow NAME or forget NAME.');
}

async function list(ports: Ports): Promise<number> {
  const { servers, faults: serverFaults } = await ports.mcp.list(here());
  const { apis, faults: apiFaults } = await ports.apis.list();
  const faults = [...serverFaults, ...apiFaults];
  for (const server of servers) process.stdout.write(`${printable(lineOf(server))}\n`);
  for (const api of apis) process.stdout.write(`${printable(await apiLine(ports, api))}\n`);
  for (const fault of faults) process.stdout.write(`✗ ${printable(fault)}\n`);
  if (servers.length + apis.length + faults.length === 0)
    process.stdout.write(
      'Nothing is configured. Name MCP servers in mcp.json of the data folder or in .vscode/mcp.json, APIs in apis.json.\n',
    );
  return 0;
}

async function apiLine({ apis }: Ports, api: ConfiguredApi): Promise<string> {
  const { name, spec, baseURL = 'where its document says', auth } = api;
  const key = auth ? `, key ${auth.secret}` : '';
  try {
    const document = await apis.known(api);
    const state = document ? `${document.operations} operations` : 'fetched when it is first searched';
    return `✓ ${name}  ${baseURL}  (${spec}; ${state}${key})`;
  } catch (caught) {
    return `✗ ${name}  ${toMagusError(caught).message}`;
  }
}

function lineOf({ name, object, source, approved, tools }: McpServer): string {
  const state = approved
    ? `allowed, ${tools?.length ?? 0} tools`
    : `not allowed yet: openmagus connectors allow ${name}`;
  return `${approved ? '✓' : '·'} ${name}  ${object}  (${source}; ${state})`;
}

/** Whoever names a server here allows it: it is started once, and the tools that it has now are kept. */
async function allow(ports: Ports, name: string): Promise<number> {
  const roots = here();
  const server = await serverOf(ports, name);
  const tools = await allowServer(ports, server, { roots, desk }, AbortSignal.timeout(120_000));
  process.stdout.write(`✓ ${printable(name)} is allowed, with ${tools.length} tools:\n`);
  for (const tool of tools) process.stdout.write(`  ${printable(tool.name)}\n`);
  return 0;
}

/** Takes back that a server was allowed: its next start is asked for. */
async function forget(ports: Ports, name: string): Promise<number> {
  const server = await serverOf(ports, name);
  await ports.mcp.forget(server);
  process.stdout.write(`✓ ${printable(name)} is not allowed any more.\n`);
  return 0;
}

async function serverOf(ports: Ports, name: string): Promise<McpServer> {
  const { servers } = await ports.mcp.list(here());
  const server = servers.find((each) => each.name === name);
  if (server) return server;
  throw new MagusError('user-input', `There is no MCP server ${name}. See: openmagus connectors list`);
}

/** Nobody is asked here but for the address to sign in at. */
const desk: McpDesk = {
  progress: () => {},
  elicit: async () => ({ action: 'cancel' }),
  sample: async () => undefined,
  tellRoots: async () => false,
  signIn: async (server, address) => {
    process.stderr.write(`${printable(server)} wants you to sign in. Open this address:\n${printable(address)}\n`);
    return true;
  },
};

function here(): readonly string[] {
  return [realpathSync(process.cwd())];
}
