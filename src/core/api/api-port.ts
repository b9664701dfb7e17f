import type { ApiAuth } from '../../protocol/api-configuration.ts';
import type { Authorized } from '../security/authorized.ts';

/** APIs that the user configured, each with its OpenAPI document. Nothing is loaded before a method is first called. */
export interface Apis {
  list(): Promise<{ readonly apis: readonly ConfiguredApi[]; readonly faults: readonly string[] }>;
  /**
   * The document as it is in its file, or as it was fetched in the last day; undefined: it must be fetched. Throws `tool-failed`
   * NO_DOCUMENT, NOT_OPENAPI or SWAGGER_2 with what mends it.
   */
  known(api: ConfiguredApi): Promise<ApiFacts | undefined>;
  /** Needs the decided effect `connect` to the document's address. Throws as `known` and the web do. */
  obtain(authorized: Authorized, api: ConfiguredApi, signal: AbortSignal): Promise<ApiFacts>;
  /**
   * The operations that fit a query best, a line each; of an empty one the first. This and the next two throw as `known` does, and
   * `tool-input` NOT_FETCHED.
   */
  search(api: ConfiguredApi, query: string): Promise<readonly string[]>;
  /** How an operation is called, for a model. Throws `tool-input` NO_OPERATION with the nearest. */
  describe(api: ConfiguredApi, operation: string): Promise<string>;
  /** The request of an operation, held against the document. Throws `tool-input` NO_OPERATION or BAD_PARAMS, `configuration` NO_BASE. */
  prepare(api: ConfiguredApi, wanted: WantedCall): Promise<PreparedCall>;
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

export interface ApiFacts {
  readonly title: string;
  /** How many there are. */
  readonly operations: number;
}

export interface WantedCall {
  /** By its id, or by method and path. */
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

export interface PreparedCall {
  readonly call: ApiCall;
  /** Its id. */
  readonly operation: string;
  /** The document says that it answers with a web page. */
  readonly answersHtml: boolean;
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
