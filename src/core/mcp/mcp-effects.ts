import type { Effect } from '../../protocol/effects.ts';
import type { Hash } from '../ports.ts';
import type { McpCall, McpServer } from './mcp-port.ts';

/** Starting a server on this machine, or reaching one elsewhere. A server that nobody allowed yet asks in every mode. */
export function startEffect(server: McpServer): Effect {
  const { name, kind, object, source, approved, ofWorkspace } = server;
  const trust = !approved
    ? // What it says of its tools nobody has seen yet.
      { protects: `the MCP server ${name} of ${source}, which nobody has allowed yet`, fromOutside: true as const }
    : ofWorkspace
      ? {}
      : { approvedBefore: true as const };
  return kind === 'stdio'
    ? { verb: 'run', object: `mcp-start ${name}: ${object}`, zone: 'workspace', ...trust }
    : { verb: 'connect', object, zone: 'outside', ...trust };
}

/**
 * One call with all its arguments. What a server says of its own tools is not believed: each call counts as a command. A tool
 * that is new or other than when the server was allowed asks in every mode.
 */
export function callEffect(hash: Pick<Hash, 'sha256'>, call: McpCall): Effect {
  const { server, tool } = call;
  const changed = { protects: `${server.name}/${tool.name}, a tool that is new or has changed since it was allowed` };
  return {
    verb: 'run',
    object: callObject(hash, call),
    zone: 'workspace',
    fromOutside: true,
    commands: [{ words: ['mcp', server.name, tool.name] }],
    ...(tool.approved ? {} : changed),
  };
}

const shownArguments = 8000;

/** Names the tool as it was when this was decided, and every byte of the arguments. */
function callObject(hash: Pick<Hash, 'sha256'>, { server, tool, arguments: given }: McpCall): string {
  const text = JSON.stringify(given);
  const shown =
    text.length <= shownArguments
      ? text
      : `${text.slice(0, shownArguments)}… (${text.length} characters, ${hash.sha256(text)})`;
  return `mcp ${server.name} ${tool.name}@${tool.hash.slice(0, 8)} ${shown}`;
}
