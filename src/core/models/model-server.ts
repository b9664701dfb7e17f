import type { EndpointKind } from '../../protocol/model-configuration.ts';
import type { Price } from './transport.ts';

/** A model as its server tells of it. */
export interface ServedModel {
  readonly name: string;
  /** undefined: the server does not say, for it is always there. */
  readonly loaded?: boolean;
  readonly sizeBytes?: number;
  /** Milliseconds since the epoch: when a loaded one goes if nobody asks it. */
  readonly expiresAt?: number;
  /** What the model can hold; for a loaded one, what it was loaded with. */
  readonly contextTokens?: number;
  readonly outputTokens?: number;
  readonly price?: Price;
  readonly tools?: boolean;
  readonly images?: boolean;
  /** Whether an answer can be held to a JSON Schema. */
  readonly schema?: boolean;
}

export interface LoadOptions {
  readonly contextTokens?: number | undefined;
  /** How long it stays without being asked, such as "30m". */
  readonly keepAlive?: string | undefined;
}

/** The models of one endpoint. Everything throws as `faultError` makes it. */
export interface ModelServer {
  list(signal: AbortSignal): Promise<readonly ServedModel[]>;
  /** Where any compatible server may be meant: which kind it is, by its own routes. undefined: none that is known. Never throws. */
  recognise?(signal: AbortSignal): Promise<EndpointKind | undefined>;
  /** Absent where models cannot be loaded by hand. `onProgress` hears a few words, again and again; an abort stops the waiting, and the server is told by `unload`. */
  load?(model: string, options: LoadOptions, onProgress: (words: string) => void, signal: AbortSignal): Promise<void>;
  unload?(model: string, signal: AbortSignal): Promise<void>;
}
