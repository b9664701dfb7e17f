import type { ModelConfiguration } from '../../protocol/model-configuration.ts';
import { MagusError } from '../errors/magus-error.ts';
import { type Groups, groupsFor, type Member } from './candidates.ts';
import { contextOf, type DeploymentState, freshState, waitOf } from './deployment-state.ts';

/** The groups as configured. A deployment that is in several of them has one state: it cools down everywhere. */
export function buildGroups(configuration: ModelConfiguration): Groups {
  const states = new Map<string, DeploymentState>();
  const members = Object.entries(configuration.groups).map(([group, deployments]) => {
    const built = deployments.map((deployment): Member => {
      const { endpoint: endpointName, model, order = 1, weight = 1, limits } = deployment;
      const endpoint = configuration.endpoints[endpointName];
      if (!endpoint) throw new MagusError('internal', `The endpoint ${endpointName} is not configured.`);
      const id = `${endpointName}/${model}`;
      const { timeouts, perDeployment } = configuration;
      const state =
        states.get(id) ??
        freshState(
          { id, kind: endpoint.kind, endpointName, endpoint, deployment, timeouts },
          {
            parallel: limits?.parallel ?? perDeployment.parallel,
            rpm: limits?.rpm ?? perDeployment.rpm,
            tpm: limits?.tpm ?? perDeployment.tpm,
          },
        );
      states.set(id, state);
      return { group, state, order, weight };
    });
    return [group, built] as const;
  });
  return new Map(members);
}

/** On the same server, in the way of a model of the primary group: what only other groups use. */
export function givingWay(
  configuration: ModelConfiguration,
  groups: Groups,
  state: DeploymentState,
): readonly DeploymentState[] {
  const primary = new Set(groups.get(configuration.routing.primary)?.map((member) => member.state));
  if (!primary.has(state)) return [];
  const others = [...groups.values()].flat().map((member) => member.state);
  return [...new Set(others)].filter(
    (other) => !primary.has(other) && other.address.endpointName === state.address.endpointName,
  );
}

/** Room of the deployment that would be asked now, in tokens as the estimate counts them. */
export function contextFor(configuration: ModelConfiguration, groups: Groups, now: number): number {
  const rooms = (['plan', 'act'] as const).map((purpose) => {
    const members = groupsFor(configuration, purpose).flatMap((name) =>
      [...(groups.get(name) ?? [])].sort((a, b) => a.order - b.order),
    );
    const able = members.find(({ state }) => waitOf(state, 0, now) === 0) ?? members[0];
    return able ? contextOf(able.state) / Math.max(1, able.state.correction) : 0;
  });
  return Math.floor(Math.min(...rooms));
}
