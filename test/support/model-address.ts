import type { DeploymentAddress } from '../../src/core/models/transport.ts';
import type { DeploymentConfiguration, EndpointConfiguration } from '../../src/protocol/model-configuration.ts';

/** The address of a deployment as the router hands it to a transport. */
export function modelAddress(
  baseURL: string,
  more: {
    readonly endpoint?: Partial<EndpointConfiguration>;
    readonly deployment?: Partial<DeploymentConfiguration>;
    readonly timeouts?: DeploymentAddress['timeouts'];
  } = {},
): DeploymentAddress {
  const endpoint = { kind: 'openai', baseURL, ...more.endpoint } as const;
  const deployment = { endpoint: 'server', model: 'scripted', ...more.deployment };
  const timeouts = more.timeouts ?? { firstByteMs: 5000, idleMs: 5000, totalMs: 20_000 };
  return {
    id: `server/${deployment.model}`,
    kind: endpoint.kind,
    endpointName: 'server',
    endpoint,
    deployment,
    timeouts,
  };
}
