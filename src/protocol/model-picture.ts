import type { EndpointKind } from './model-configuration.ts';

/** One deployment as people look at it. */
export interface DeploymentPicture {
  /** Endpoint and model as configured. */
  readonly id: string;
  readonly kind: string;
  /** It runs on a server that loads and unloads by hand. */
  readonly loads: boolean;
  readonly order: number;
  readonly weight: number;
  readonly state: 'ready' | 'busy' | 'cooling' | 'off';
  /** Why it is left alone, in words. */
  readonly reason?: string;
  /** Milliseconds until it is asked again. */
  readonly coolMs?: number;
  readonly contextTokens: number;
  /** US dollars per million tokens. */
  readonly price?: { readonly input: number; readonly output: number };
  readonly firstTextMs?: number;
  readonly durationMs?: number;
  /** Milliseconds since the epoch, of this program's last request. */
  readonly lastUsedAt?: number;
  readonly answers: number;
  readonly failures: number;
  /** Share of the input tokens that the provider had in its prompt cache. */
  readonly cachedShare?: number;
}
export interface GroupPicture {
  readonly name: string;
  /** What it is used for: primary, secondary, plan … */
  readonly roles: readonly string[];
  readonly members: readonly DeploymentPicture[];
}
export interface ServedModelPicture {
  /** Endpoint and name, as `load` and `unload` take it. */
  readonly id: string;
  readonly name: string;
  readonly loaded?: boolean;
  readonly sizeBytes?: number;
  readonly contextTokens?: number;
  /** Milliseconds since the epoch: this program's last request, and when the server takes it out of memory by itself. */
  readonly lastUsedAt?: number;
  readonly expiresAt?: number;
}
export interface EndpointPicture {
  readonly name: string;
  readonly kind: string;
  /** What it turned out to be, where it is configured as any compatible server. */
  readonly recognised?: EndpointKind;
  readonly baseURL?: string;
  readonly models: readonly ServedModelPicture[];
  /** Models can be loaded and unloaded here. */
  readonly loads: boolean;
  /** Why it could not be asked. */
  readonly fault?: string;
}
