import type { DeploymentConfiguration, ModelConfiguration, ModelPurpose } from '../../protocol/model-configuration.ts';
import type { ModelRequest } from '../ports.ts';
import { capableOf, contextOf, type DeploymentState } from './deployment-state.ts';

export interface Member {
  readonly group: string;
  readonly state: DeploymentState;
  readonly order: number;
  readonly weight: number;
}
export type Groups = ReadonlyMap<string, readonly Member[]>;

export interface Needs {
  readonly purpose: ModelPurpose;
  readonly tools: boolean;
  readonly images: boolean;
  /** Estimated tokens of the request, without any model's correction. */
  readonly tokens: number;
  /** The deployment that the session used last. */
  readonly last: DeploymentState | undefined;
}

/** Room that is kept for the answer when nobody said how long answers may be. */
const answerRoom = 1024;

export function needsOf(request: ModelRequest, tokens: number, last: DeploymentState | undefined): Needs {
  return {
    purpose: request.purpose,
    tools: request.tools.length > 0,
    images: request.messages.some((message) => message.role === 'user' && (message.images?.length ?? 0) > 0),
    tokens,
    last,
  };
}

export function groupFor({ routing }: ModelConfiguration, purpose: ModelPurpose): string {
  const own = routing.tasks?.[purpose];
  if (own !== undefined) return own;
  return purpose === 'plan' || purpose === 'act' ? routing.primary : (routing.secondary ?? routing.primary);
}

/** The groups of a purpose, first the one asked, then its fallbacks and theirs; each once. */
export function groupsFor(configuration: ModelConfiguration, purpose: ModelPurpose): readonly string[] {
  const { routing } = configuration;
  const { primary, secondary } = routing;
  // Without a word about fallbacks, primary and secondary stand in for each other.
  const standIns: Readonly<Record<string, readonly string[]>> =
    secondary === undefined ? {} : { [secondary]: [primary], [primary]: [secondary] };
  return reach(groupFor(configuration, purpose), routing.fallbacks ?? standIns);
}

/** The groups that may hold what the others cannot, each once. */
export function contextGroups({ routing }: ModelConfiguration, groups: readonly string[]): readonly string[] {
  return groups.flatMap((group) => reach(group, routing.contextFallbacks ?? {}).slice(1));
}

function reach(start: string, edges: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const reached = new Set([start]);
  for (const group of reached) for (const next of edges[group] ?? []) reached.add(next);
  return [...reached];
}

/** The deployments to ask, best first: by group, order, the session's last one, then at random by weight. A deployment comes once. */
export function rank(groups: Groups, names: readonly string[], needs: Needs, random: () => number): readonly Member[] {
  const seen = new Set<DeploymentState>();
  const ranked: Member[] = [];
  for (const name of names) {
    const keyed = (groups.get(name) ?? []).map((member) => ({
      member,
      // The larger the weight, the likelier a large key: a random order by weight.
      key: member.state === needs.last ? 2 : random() ** (1 / member.weight),
    }));
    keyed.sort((a, b) => a.member.order - b.member.order || b.key - a.key);
    for (const { member } of keyed) {
      if (seen.has(member.state) || !capable(member.state, needs)) continue;
      seen.add(member.state);
      ranked.push(member);
    }
  }
  return ranked;
}

function capable(state: DeploymentState, needs: Needs): boolean {
  return (!needs.tools || capableOf(state, 'tools')) && (!needs.images || capableOf(state, 'images'));
}

export function fits(state: DeploymentState, needs: Needs): boolean {
  const room = Math.min(outputOf(state.address.deployment), answerRoom);
  return needs.tokens * state.correction + room <= contextOf(state);
}

function outputOf({ output }: DeploymentConfiguration): number {
  return output ?? answerRoom;
}
