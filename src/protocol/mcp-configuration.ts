import * as z from 'zod/mini';

/** A company's identity provider, and the secret that holds the ID token that it gave to the user. */
const identitySchema = z.strictObject({
  tokenURL: z.url(),
  clientId: z.string().check(z.minLength(1), z.maxLength(2000)),
  secret: z.string().check(z.minLength(1), z.maxLength(200)),
});
export type McpIdentity = z.infer<typeof identitySchema>;

/** Beside what VS Code's own mcp.json has: how OpenMagus signs in where a server wants that and registration is not enough. */
const oauthSchema = z.strictObject({
  clientId: z.optional(z.string().check(z.minLength(1), z.maxLength(2000))),
  /** Name of the secret that holds the client's secret or, with `grant: "private_key"`, its private key in PEM. */
  secret: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  scope: z.optional(z.string().check(z.maxLength(2000))),
  /** The authorization server that alone may get the secret; without it, the first one that the server names. */
  issuer: z.optional(z.url()),
  /** Where a document about this client lies, for servers that know clients by one. */
  clientMetadataUrl: z.optional(z.url()),
  /** How the token is got: a person signs in, the client does by itself with its secret or key, or the user's company vouches. */
  grant: z._default(z.enum(['sign_in', 'client_secret', 'private_key', 'company']), 'sign_in'),
  identity: z.optional(identitySchema),
  algorithm: z._default(z.string().check(z.maxLength(20)), 'ES256'),
});

const stdioSchema = z.object({
  type: z.optional(z.literal('stdio')),
  command: z.string().check(z.minLength(1), z.maxLength(4096)),
  args: z._default(z.array(z.string().check(z.maxLength(32_000))).check(z.maxLength(200)), []),
  env: z._default(z.record(z.string(), z.union([z.string(), z.number(), z.null()])), {}),
  envFile: z.optional(z.string()),
  cwd: z.optional(z.string()),
});

const httpSchema = z.object({
  type: z.optional(z.enum(['http', 'sse'])),
  url: z.url().check(z.maxLength(4096)),
  headers: z._default(z.record(z.string(), z.string()), {}),
  oauth: z.optional(oauthSchema),
});

/** One server as VS Code's mcp.json has it; what OpenMagus does not know is left aside. */
export const mcpServerSchema = z.union([stdioSchema, httpSchema]);
export type McpServerEntry = z.infer<typeof mcpServerSchema>;
export type McpOAuth = z.infer<typeof oauthSchema>;
export type McpHttpEntry = z.infer<typeof httpSchema>;
export type McpStdioEntry = z.infer<typeof stdioSchema>;

export const mcpFileSchema = z.object({ servers: z.optional(z.record(z.string(), z.unknown())) });
