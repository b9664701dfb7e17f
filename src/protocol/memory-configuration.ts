import * as z from 'zod/mini';

const credentials = {
  /** A name in VS Code's secret storage; on the command line the variable OPENMAGUS_SECRET_NAME. */
  secret: z.optional(z.string()),
  /** An environment variable that holds the password or token. */
  passwordEnv: z.optional(z.string()),
};
const certificate = {
  /** A PEM file of the authority that signed the server's certificate, where this machine does not know it. */
  caFile: z.optional(z.string()),
};
const address = z.string().check(z.regex(/^[a-z0-9+]+:\/\/./, 'an address such as redis://127.0.0.1:6379'));

/** Where memories are copied to: `memory.json` in OpenMagus's data folder. Nothing in it is needed. */
export const memoryConfigurationSchema = z.strictObject({
  /** Whose memories these are, where several people share servers. */
  user: z.optional(z.string().check(z.regex(/^[\w.@-]{1,64}$/, 'letters, digits and . @ - _'))),
  /** A team whose memories are read as well. */
  team: z.optional(z.string().check(z.regex(/^[\w.@-]{1,64}$/, 'letters, digits and . @ - _'))),
  /**
   * A name like `secret`: the passphrase that seals what Chroma and Neo4j keep, the same for all who share it. Without one the
   * data folder has a key of its own.
   */
  key: z.optional(z.string()),
  redis: z.optional(
    z.strictObject({
      url: address,
      user: z.optional(z.string()),
      cluster: z.optional(z.boolean()),
      ...credentials,
      ...certificate,
    }),
  ),
  chroma: z.optional(
    z.strictObject({
      url: address,
      tenant: z.optional(z.string()),
      database: z.optional(z.string()),
      ...credentials,
      ...certificate,
    }),
  ),
  neo4j: z.optional(
    z.strictObject({
      url: address,
      user: z.optional(z.string()),
      database: z.optional(z.string()),
      ...credentials,
      ...certificate,
    }),
  ),
  /** An OpenAI-compatible server that makes vectors. */
  embedding: z.optional(
    z.strictObject({
      url: address,
      model: z.string(),
      dimension: z.int().check(z.minimum(2), z.maximum(8192)),
      ...credentials,
    }),
  ),
});
export type MemoryConfiguration = z.infer<typeof memoryConfigurationSchema>;
export type MemoryCredentials = Pick<NonNullable<MemoryConfiguration['redis']>, 'secret' | 'passwordEnv'>;
