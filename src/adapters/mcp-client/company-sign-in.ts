import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import {
  ClientCredentialsProvider,
  type ClientCredentialsProviderOptions,
} from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { MagusError } from '../../core/errors/magus-error.ts';
import { parseJson } from '../../core/parse-json.ts';
import { keepsSecrets } from '../../core/security/host-list.ts';
import type { McpIdentity } from '../../protocol/mcp-configuration.ts';

interface SignedInCompany extends Pick<McpIdentity, 'tokenURL' | 'clientId'> {
  /** The ID token that the company's identity provider gave to the user. */
  readonly idToken: string;
  /** Address of the MCP server. */
  readonly server: string;
  readonly fetch: FetchLike;
  readonly onSecret: (value: string) => void;
}

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const grantType = 'urn:ietf:params:oauth:token-type:id-jag';

/**
 * Enterprise-managed authorization (SEP-990): the company's identity provider exchanges the user's ID token for a grant (RFC 8693), for
 * which the authorization server of the MCP server gives a token (RFC 7523). The company decides what the user may reach.
 */
export function companySignIn(client: ClientCredentialsProviderOptions, company: SignedInCompany): OAuthClientProvider {
  const prepareTokenRequest = async (scope?: string): Promise<URLSearchParams> => {
    const assertion = await grantOf(client.expectedIssuer ?? '', company);
    return new URLSearchParams({ grant_type: bearer, assertion, ...(scope === undefined ? {} : { scope }) });
  };
  return Object.assign(new ClientCredentialsProvider(client), { prepareTokenRequest });
}

async function grantOf(issuer: string, company: SignedInCompany): Promise<string> {
  const { tokenURL, clientId, idToken, server, fetch, onSecret } = company;
  if (!keepsSecrets(new URL(tokenURL)))
    throw new MagusError('configuration', `"tokenURL" must be https: ${tokenURL}.`, { code: 'WRONG_HOST' });
  const body = new URLSearchParams({
    grant_type: exchange,
    requested_token_type: grantType,
    subject_token: idToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    audience: issuer,
    resource: server,
    client_id: clientId,
  });
  const answer = await fetch(tokenURL, { method: 'POST', headers: { accept: 'application/json' }, body });
  const { access_token: grant, issued_token_type: type } = (parseJson(await answer.text()) ?? {}) as {
    readonly access_token?: unknown;
    readonly issued_token_type?: unknown;
  };
  if (!answer.ok || typeof grant !== 'string' || type !== grantType)
    throw new MagusError(
      'tool-failed',
      `${new URL(tokenURL).host} does not let you use this MCP server (${answer.status}). The ID token may be too old: ask the user to set a fresh one.`,
      { code: 'SIGN_IN' },
    );
  onSecret(grant);
  return grant;
}
