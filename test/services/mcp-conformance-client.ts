import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mcpServers } from '../../src/adapters/mcp-client/mcp-servers.ts';
import { systemHash } from '../../src/adapters/system/system.ts';
import { callEffect, startEffect } from '../../src/core/mcp/mcp-effects.ts';
import type { McpDesk } from '../../src/core/mcp/mcp-port.ts';
import { sealAuthorized } from '../../src/core/security/authorized.ts';
import type { McpOAuth } from '../../src/protocol/mcp-configuration.ts';

/** What the conformance suite starts for each scenario: our client, as a task uses it, with a person who agrees to everything. */
const [url = ''] = process.argv.slice(2);
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Readonly<
  Record<string, string | undefined>
>;
const signal = AbortSignal.timeout(25_000);

const toolCalls: Readonly<Record<string, readonly [string, Readonly<Record<string, unknown>>]>> = {
  tools_call: ['add_numbers', { a: 5, b: 3 }],
  'elicitation-sep1034-client-defaults': ['test_client_elicitation_defaults', {}],
  'sse-retry': ['test_reconnection', {}],
};

const desk: McpDesk = {
  progress: () => {},
  elicit: async () => ({ action: 'accept', content: {} }),
  sample: async () => ({ text: 'An answer.', model: 'none' }),
  tellRoots: async () => true,
  signIn: async (_server, address) => {
    const answer = await fetch(address, { redirect: 'manual' });
    const back = answer.headers.get('location');
    if (back === null) return false;
    await fetch(back);
    return true;
  },
};

const folder = await mkdtemp(path.join(tmpdir(), 'magus-conformance-'));
const oauth = await configuredSignIn();
let kept: string | undefined;
const servers = mcpServers({
  folder,
  version: '0.0.0',
  sources: { files: [], setting: () => ({ tested: { url, ...(oauth ? { oauth } : {}) } }) },
  secretOf: async (name) =>
    name === 'identity' ? context['idp_id_token'] : (context['client_secret'] ?? context['private_key_pem']),
  onSecret: () => {},
  listed: () => [],
  tokensOf: () => ({
    read: async () => kept,
    write: async (value) => {
      kept = value;
    },
  }),
});
try {
  const place = { roots: [folder], desk };
  const { servers: listed, faults } = await servers.list(place.roots);
  const [server] = listed;
  if (!server) throw new Error(faults.join('\n'));
  const start = startEffect(server);
  const tools = await servers.connect(sealAuthorized([start], ''), server, place, signal);
  const [name, given] = toolCalls[scenario] ?? [tools[0]?.name, {}];
  const tool = tools.find((each) => each.name === name);
  if (tool) {
    const call = { server, tool, arguments: given };
    await servers.call(sealAuthorized([start, callEffect(systemHash, call)], ''), call, place, signal);
  }
} finally {
  await servers.close();
  await rm(folder, { recursive: true, force: true });
}

/** What a user would have written into the configuration for this server. */
async function configuredSignIn(): Promise<Partial<McpOAuth> | undefined> {
  const { client_id: clientId, client_secret, private_key_pem, signing_algorithm: algorithm } = context;
  if (scenario === 'auth/basic-cimd')
    return { clientMetadataUrl: 'https://conformance-test.local/client-metadata.json' };
  if (clientId === undefined) return undefined;
  const { idp_client_id: idpClient, idp_token_endpoint: tokenURL } = context;
  if (idpClient !== undefined && tokenURL !== undefined) {
    const identity = { tokenURL, clientId: idpClient, secret: 'identity' };
    return { clientId, grant: 'company', secret: 'client', issuer: (await issuerOf()) ?? '', identity };
  }
  const grant = scenario.includes('client-credentials')
    ? private_key_pem
      ? 'private_key'
      : 'client_secret'
    : 'sign_in';
  const issuer = await issuerOf();
  return {
    clientId,
    grant,
    ...(client_secret || private_key_pem ? { secret: 'client' } : {}),
    ...(algorithm ? { algorithm } : {}),
    ...(issuer ? { issuer } : {}),
  };
}

async function issuerOf(): Promise<string | undefined> {
  const { origin, pathname } = new URL(url);
  const answer = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`);
  const { authorization_servers: known } = (await answer.json()) as {
    readonly authorization_servers?: readonly string[];
  };
  return known?.[0];
}
