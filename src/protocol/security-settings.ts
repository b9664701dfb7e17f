import * as z from 'zod/mini';

/** What the user says about the sandbox and the network; a workspace has no say in it. */
export const securitySettingsSchema = z.strictObject({
  /** `auto`: commands run in a sandbox wherever there is one. */
  sandbox: z._default(z.enum(['auto', 'off']), 'auto'),
  /** Hosts that may be reached without asking: "registry.npmjs.org", "*.example.com". */
  allowedHosts: z._default(z.array(z.string().check(z.minLength(1), z.maxLength(253))).check(z.maxLength(1000)), []),
});
export type SecuritySettings = z.infer<typeof securitySettingsSchema>;
