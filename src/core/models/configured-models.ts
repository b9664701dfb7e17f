import type { EndpointConfiguration, ModelConfiguration } from '../../protocol/model-configuration.ts';
import type { ModelServer } from './model-server.ts';
import type { DeploymentAddress, ModelTransport } from './transport.ts';

export interface ConfiguredModels {
  readonly configuration: ModelConfiguration;
  /** The key of an endpoint, from wherever this program keeps its keys. */
  readonly keyOf: (endpoint: EndpointConfiguration) => Promise<string | undefined>;
  /** The way to the models of the editor itself; undefined: there is no editor. */
  readonly editor?: {
    readonly server: ModelServer;
    readonly open: (address: DeploymentAddress) => ModelTransport;
  };
}
