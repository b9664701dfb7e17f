import type { ApiAuth } from '../../protocol/api-configuration.ts';
import type { Authorized } from '../security/authorized.ts';

export type Json = Readonly<Record<string, unknown>>;

/** APIs that the user configured, each with its OpenAPI document. Nothing is loaded before a method is first called. */
export interface Apis {
  list(): Promise<{ readonly apis: readonly ConfiguredApi[]; readonly faults: readonly string[] }>;
  /**
   * The document as it is in its file, or as it was fetched in the last day; undefined: it must be fetched. Throws `tool-failed`
   * NO_DOCUMENT, NOT_OPENAPI or SWAGGER_2 with what mends it.
   */
  known(api: ConfiguredApi): Promise<ApiDocument | undefined>;
  /** Needs the decided effect `connect` to the document's address. Throws as `known` and the web do. */
  obtain(authorized: Authorized, api: ConfiguredApi, signal: AbortSignal): Promise<ApiDocument>;
  /** What is wrong with a value, by lines; the schema may refer to the document's components. */
  faults(document: ApiDocument, schema: Json, value: unknown): Promise<readonly string[]>;
  /** Sends it with the configured key, to its host alone. Needs the decided effects of `callEffects`. Throws as the web does. */
  call(authorized: Authorized, call: ApiCall, signal: AbortSignal): Promise<ApiAnswer>;
}

export interface ConfiguredApi {
  readonly name: string;
  /** The file or address of the document. */
  readonly spec: string;
  readonly baseURL?: string;
  readonly auth?: ApiAuth;
}

export interface ApiDocument {
  readonly api: string;
  readonly title: string;
  /** Absolute, without a slash at the end; undefined where neither the user nor the document says it. */
  readonly base: string | undefined;
  readonly operations: readonly ApiOperation[];
  /** `3.0` or `3.1`, by which its schemas are read. */
  readonly dialect: '3.0' | '3.1';
  /** What `$ref` leads to. */
  readonly whole: Json;
}

export interface ApiOperation {
  /** The document's own, or method and path. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters: readonly ApiParameter[];
  readonly body?: { readonly required: boolean; readonly type: string; readonly schema: Json };
  readonly responses: readonly { readonly status: string; readonly description: string; readonly schema?: Json }[];
}

export interface ApiParameter {
  readonly name: string;
  readonly place: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Json;
  readonly style: string;
  readonly explode: boolean;
}

export interface ApiCall {
  readonly api: ConfiguredApi;
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole text, or its beginning where it went to a file; undefined where it is none. */
  readonly text?: string;
  readonly bytes: number;
  /** Where an answer lies that is too big to be shown. */
  readonly file?: string;
}
