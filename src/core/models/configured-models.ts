import type { EndpointConfiguration, ModelConfiguration } from '../../protocol/model-configuration.ts';

export interface ConfiguredModels {
  readonly configuration: ModelConfiguration;
  /** The key of an endpoint, from wherever this program keeps its keys. */
  readonly keyOf: (endpoint: EndpointConfiguration) => Promise<string | undefined>;
}
