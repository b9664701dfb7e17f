import * as z from 'zod/mini';

/** What the user says about the sandbox and the network; a workspace has no say in it. */
export const securitySettingsSchema = z.strictObject({
  /** `auto`: commands run in a sandbox wherever there is one. */
  sandbox: z._default(z.enum(['auto', 'off']), 'auto'),
  /** Hosts that may be reached without asking: "registry.npmjs.org", "*.example.com". */
  /** Also single addresses and ranges ("10.0.0.0/8"), to which a listed name may then lead. */
  allowedHosts: z._default(z.array(z.string().check(z.minLength(1), z.maxLength(253))).check(z.maxLength(1000)), []),
  /** What deployments are asked for twice: names of environments, targets, hosts, contexts; `*` stands for anything. */
  productionEnvironments: z._default(
    z.array(z.string().check(z.minLength(1), z.maxLength(253))).check(z.maxLength(1000)),
    ['production', 'prod'],
  ),
  /** `path`: a Chrome, Edge or Chromium; `visible`: with a window; `sandbox`: the browser's own. */
  browser: z.optional(
    z.strictObject({
      path: z.optional(z.string().check(z.maxLength(4096))),
      visible: z.optional(z.boolean()),
      sandbox: z.optional(z.enum(['on', 'off'])),
    }),
  ),
  /** Where a secret of the user may go: its name → the one host ("api.example.com"). */
  secretHosts: z._default(z.record(z.string(), z.string().check(z.minLength(1), z.maxLength(253))), {}),
  /** Further folders and files of the home folder that confined commands may read; absolute. */
  sandboxReads: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(4096))).check(z.maxLength(100))),
});
export type SecuritySettings = z.infer<typeof securitySettingsSchema>;
