import * as z from 'zod/mini';

const secret = z.string().check(z.minLength(1), z.maxLength(200));

/** How a key goes along: its name in the secret storage, never the key itself. */
const authSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bearer'), secret }),
  z.strictObject({ kind: z.literal('basic'), secret, user: z.string().check(z.maxLength(200)) }),
  z.strictObject({ kind: z.literal('header'), secret, header: z.string().check(z.regex(/^[\w-]{1,100}$/)) }),
  z.strictObject({
    kind: z.literal('oauth2'),
    secret,
    clientId: z.string().check(z.minLength(1), z.maxLength(500)),
    tokenURL: z.url(),
    scope: z.optional(z.string().check(z.maxLength(2000))),
  }),
]);
export type ApiAuth = z.infer<typeof authSchema>;

/** One API that is described by an OpenAPI document. */
export const apiSchema = z.strictObject({
  /** An http address, or the absolute path of a file in JSON or YAML. */
  spec: z.string().check(z.minLength(1), z.maxLength(4096)),
  /** Where the API is; without it, where the document says, and then without a key. */
  baseURL: z.optional(z.url()),
  auth: z.optional(authSchema),
});
