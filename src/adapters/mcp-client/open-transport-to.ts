import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { ClientCredentialsProvider, PrivateKeyJwtProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { McpHttpEntry } from '../../protocol/mcp-configuration.ts';
import { companySignIn } from './company-sign-in.ts';
import { headersOf, neededSecret, processOf, type SecretValues } from './fill-in.ts';
import { OAuthSession, type TokenStore } from './oauth-session.ts';
import type { ConfiguredServer } from './read-configurations.ts';
import { StdioProcess } from './stdio-process.ts';

export interface TransportParts extends SecretValues {
  /** What reaches the network for a server, or for what else the user configured, and for what signs in to it. */
  readonly fetchTo: (url: string) => FetchLike;
  readonly tokens: TokenStore;
}

export interface OpenedTransport {
  readonly transport: Transport;
  readonly process?: StdioProcess;
  readonly session?: OAuthSession;
  finishSignIn?(code: string): Promise<void>;
  close(): Promise<void>;
}

export async function openTransport(server: ConfiguredServer, parts: TransportParts): Promise<OpenedTransport> {
  const { entry } = server;
  if ('command' in entry) {
    const process = new StdioProcess(await processOf(server, entry, parts));
    return { transport: process, process, close: () => process.close() };
  }
  const headers = await headersOf(server, entry, parts);
  const secret =
    entry.oauth?.secret === undefined ? undefined : await neededSecret(entry.oauth.secret, server.name, parts);
  const byItself = await providerByItself(server.name, entry, secret, parts);
  const { tokens: store, onSecret } = parts;
  const session = byItself ? undefined : new OAuthSession({ store, configured: entry.oauth, secret, onSecret });
  const options = {
    fetch: parts.fetchTo(entry.url),
    requestInit: { headers },
    ...(byItself ? { authProvider: byItself } : session ? { authProvider: session } : {}),
  };
  const url = new URL(entry.url);
  const transport =
    entry.type === 'sse' ? new SSEClientTransport(url, options) : new StreamableHTTPClientTransport(url, options);
  return {
    // The SDK's types do not say `| undefined` where its objects have it.
    transport: transport as Transport,
    ...(session ? { session } : {}),
    finishSignIn: (code) => transport.finishAuth(code),
    close: async () => {
      session?.close();
      if ('terminateSession' in transport) await transport.terminateSession().catch(() => {});
      await transport.close().catch(() => {});
    },
  };
}

/** Where no person signs in: the client does with its own secret or key, or the user's company vouches. */
async function providerByItself(
  server: string,
  { oauth, url }: McpHttpEntry,
  secret: string | undefined,
  parts: TransportParts,
): Promise<OAuthClientProvider | undefined> {
  if (!oauth || oauth.grant === 'sign_in') return undefined;
  const { clientId, scope, issuer, grant, algorithm, identity } = oauth;
  // Without the issuer the server itself would say where the secret goes.
  if (clientId === undefined || secret === undefined || issuer === undefined)
    throw new MagusError('configuration', `"grant": "${grant}" needs "clientId", "secret" and "issuer" beside it.`, {
      code: 'BAD_MCP_CONFIGURATION',
    });
  const common = {
    clientId,
    clientName: 'OpenMagus',
    ...(scope === undefined ? {} : { scope }),
    expectedIssuer: issuer,
  };
  if (grant === 'client_secret') return new ClientCredentialsProvider({ ...common, clientSecret: secret });
  if (grant === 'private_key') return new PrivateKeyJwtProvider({ ...common, privateKey: secret, algorithm });
  if (!identity)
    throw new MagusError('configuration', '"grant": "company" needs "identity" beside it.', {
      code: 'BAD_MCP_CONFIGURATION',
    });
  const idToken = await neededSecret(identity.secret, server, parts);
  const company = {
    ...identity,
    idToken,
    server: url,
    fetch: parts.fetchTo(identity.tokenURL),
    onSecret: parts.onSecret,
  };
  return companySignIn({ ...common, clientSecret: secret }, company);
}
