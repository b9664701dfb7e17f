import type {
  DeploymentConfiguration,
  EndpointConfiguration,
  EndpointKind,
  Timeouts,
} from '../../protocol/model-configuration.ts';
import type { ModelReply, ModelRequest } from '../ports.ts';

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number | undefined;
}

/** What an endpoint says of a model; everything may be unknown. */
export interface ModelFacts {
  /** What the endpoint turned out to be, where its configuration says no more than that it is compatible. */
  readonly kind?: EndpointKind;
  readonly contextTokens?: number;
  readonly outputTokens?: number;
  readonly price?: Price;
  readonly tools?: boolean;
  readonly images?: boolean;
  /** Whether an answer can be held to a JSON Schema. */
  readonly schema?: boolean;
}

/** Options of a request that a server may refuse and an answer can do without. */
export const omittableOptions = ['stream_options', 'reasoning_content', 'cache_control', 'response_format'] as const;
export type OmittableOption = (typeof omittableOptions)[number];

export interface TransportRequest extends ModelRequest {
  readonly omit: ReadonlySet<OmittableOption>;
}

/** The way to one model at one endpoint. Each call is one attempt: what to do about a fault is the router's business. */
export interface ModelTransport {
  /** Throws as `faultError` makes it. `onText` hears each piece of the text once. */
  complete(request: TransportRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ModelReply>;
  /** Asks the endpoint once; never throws. */
  facts?(signal: AbortSignal): Promise<ModelFacts>;
  /** A vector for each text. Throws as above. */
  embed?(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]>;
}

/** One model at one endpoint, with everything a transport needs to know. */
export interface DeploymentAddress {
  readonly id: string;
  readonly kind: EndpointKind;
  readonly endpointName: string;
  readonly endpoint: EndpointConfiguration;
  readonly deployment: DeploymentConfiguration;
  readonly timeouts: Timeouts;
}
