import type { PolicyRule } from '../../protocol/policy-rules.ts';

/** What decides beside the effects themselves. Everything in it comes from the user or this machine, nothing from a workspace. */
export interface Policy {
  /** Whether the user trusts the workspace. */
  readonly trusted: boolean;
  /** The user's own; they loosen nothing that always asks. */
  readonly rules: readonly PolicyRule[];
  /** Hosts that may be reached without asking: "registry.npmjs.org", "*.example.com". */
  readonly hosts: readonly string[];
  /** Names of environments, hosts, contexts and the like whose deployments are asked for twice; `*` stands for anything. */
  readonly production: readonly string[];
}

/** What the outside gives for a decision; whether a workspace is trusted is the task's. */
export type PolicySettings = Omit<Policy, 'trusted'>;

export const strictPolicy: PolicySettings = { rules: [], hosts: [], production: [] };

/** Labels joined over everything that entered the context of a model: what it says next may come from the worst of it. */
export interface Taint {
  readonly integrity: 'user' | 'workspace' | 'untrusted';
  readonly secrecy: 'public' | 'workspace' | 'secret';
  /** Where what is untrusted came from, in words for a person: "https://example.com/page". */
  readonly sources: readonly string[];
}

export const noTaint: Taint = { integrity: 'workspace', secrecy: 'workspace', sources: [] };
