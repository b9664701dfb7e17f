import { randomBytes } from 'node:crypto';
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js';
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { MagusError } from '../../core/errors/magus-error.ts';
import { keepsSecrets } from '../../core/security/host-list.ts';
import type { McpOAuth } from '../../protocol/mcp-configuration.ts';
import { type LoopbackCallback, listenForCallback } from './loopback-callback.ts';

/** Where what a server may sign in with is kept. */
export interface TokenStore {
  read(): Promise<string | undefined>;
  write(value: string | undefined): Promise<void>;
}

interface Kept {
  readonly client?: OAuthClientInformationMixed;
  readonly tokens?: OAuthTokens;
  readonly discovery?: OAuthDiscoveryState;
  /** Of the callback that the client was registered with. */
  readonly port?: number;
}

const patienceMs = 300_000;

/** Signing in to one server as the specification has it: discovery, registration, PKCE, a callback on loopback. */
export class OAuthSession implements OAuthClientProvider {
  readonly clientMetadataUrl?: string;
  readonly #store: TokenStore;
  readonly #configured: McpOAuth | undefined;
  readonly #secret: string | undefined;
  readonly #onSecret: (value: string) => void;
  /** Shows the address to a person; false: nobody opens it. */
  present: (address: string) => Promise<boolean> = async () => false;
  #kept: Kept | undefined;
  #callback: LoopbackCallback | undefined;
  #verifier = '';
  #state = '';
  #refused = false;

  constructor(parts: {
    readonly store: TokenStore;
    readonly configured: McpOAuth | undefined;
    readonly secret: string | undefined;
    readonly onSecret: (value: string) => void;
  }) {
    this.#store = parts.store;
    this.#configured = parts.configured;
    this.#secret = parts.secret;
    this.#onSecret = parts.onSecret;
    const { clientMetadataUrl } = parts.configured ?? {};
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl;
  }

  /** Asked for after `clientInformation`, which opens the callback. */
  get redirectUrl(): string {
    return this.#callback?.url ?? 'http://127.0.0.1/callback';
  }

  get clientMetadata(): OAuthClientMetadata {
    const scope = this.#configured?.scope;
    return {
      client_name: 'OpenMagus',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(scope === undefined ? {} : { scope }),
    };
  }

  state(): string {
    this.#state = randomBytes(24).toString('base64url');
    return this.#state;
  }

  async clientInformation(): Promise<OAuthClientInformationMixed | undefined> {
    const { client, port } = await this.#read();
    this.#callback ??= await listenForCallback(port);
    const { clientId, issuer } = this.#configured ?? {};
    if (clientId !== undefined) {
      const bound = client?.client_id === clientId ? (client as { readonly issuer?: string }).issuer : undefined;
      const secret = this.#secret === undefined ? {} : { client_secret: this.#secret };
      return { client_id: clientId, ...secret, ...defined('issuer', issuer ?? bound) };
    }
    // A registration is for one address to come back to.
    return port === undefined || port === this.#callback.port ? client : undefined;
  }

  async saveClientInformation(client: OAuthClientInformationMixed): Promise<void> {
    const { client_secret: secret, ...rest } = client;
    if (secret !== undefined) this.#onSecret(secret);
    const kept = this.#configured?.clientId === undefined ? client : rest;
    await this.#change({ client: kept, ...defined('port', this.#callback?.port) });
  }

  async tokens(): Promise<OAuthTokens | undefined> {
    const { tokens } = await this.#read();
    if (tokens) this.#note(tokens);
    return tokens;
  }

  async saveTokens(tokens: OAuthTokens): Promise<void> {
    this.#note(tokens);
    await this.#change({ tokens });
  }

  async redirectToAuthorization(address: URL): Promise<void> {
    if (!keepsSecrets(address))
      throw new MagusError(
        'tool-failed',
        `The address for signing in is not https: ${address.origin}. Nothing was opened.`,
        {
          code: 'SIGN_IN',
        },
      );
    this.#refused = !(await this.present(address.href));
  }

  /** The code of the sign-in that was begun last. Throws `tool-failed` SIGN_IN. */
  async authorizationCode(signal: AbortSignal): Promise<string> {
    if (this.#refused || !this.#callback)
      throw new MagusError(
        'tool-failed',
        'The server wants a sign-in, and nobody signed in. Ask the user to, then call again.',
        {
          code: 'SIGN_IN',
        },
      );
    return this.#callback.code(this.#state, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]));
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  async discoveryState(): Promise<OAuthDiscoveryState | undefined> {
    return this.#kept?.discovery;
  }

  async saveDiscoveryState(discovery: OAuthDiscoveryState): Promise<void> {
    await this.#change({ discovery });
  }

  async invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): Promise<void> {
    const { client, tokens, discovery, port } = await this.#read();
    this.#kept = {
      ...(scope === 'all' || scope === 'client' ? {} : { ...defined('client', client), ...defined('port', port) }),
      ...(scope === 'all' || scope === 'tokens' ? {} : defined('tokens', tokens)),
      ...(scope === 'all' || scope === 'discovery' ? {} : defined('discovery', discovery)),
    };
    await this.#write();
  }

  close(): void {
    this.#callback?.close();
    this.#callback = undefined;
  }

  async #read(): Promise<Kept> {
    this.#kept ??= parsedKept(await this.#store.read());
    return this.#kept;
  }

  async #change(part: Kept): Promise<void> {
    this.#kept = { ...(await this.#read()), ...part };
    await this.#write();
  }

  /** What was discovered is looked up anew in the next session: a server may move. */
  async #write(): Promise<void> {
    const { discovery: _discovery, ...lasting } = this.#kept ?? {};
    await this.#store.write(JSON.stringify(lasting));
  }

  #note({ access_token, refresh_token }: OAuthTokens): void {
    this.#onSecret(access_token);
    if (refresh_token !== undefined) this.#onSecret(refresh_token);
  }
}

function parsedKept(text: string | undefined): Kept {
  try {
    return text === undefined ? {} : (JSON.parse(text) as Kept);
  } catch {
    return {};
  }
}

function defined<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}
