import type { Authorized } from './security/authorized.ts';

export interface WebRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Name of a secret that goes along as a bearer token, to the host it is bound to and to no other. */
  readonly secret?: string;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}
export interface WebAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Where it came from in the end: redirects are followed on the same origin only. */
  readonly url: URL;
}

/** HTTP to hosts that were decided on. */
export interface Web {
  /**
   * Needs the decided effects `connect` to the whole address, and `read` of "secret NAME" where one goes along. The address
   * that is dialled is looked at once more. Throws `permission-denied` (BLOCKED_ADDRESS, WRONG_HOST), `tool-input` (BAD_HEADER:
   * one of the connection itself), `tool-failed` (NO_ANSWER, TOO_LARGE, TIMEOUT) or `configuration` (NO_SECRET).
   */
  request(authorized: Authorized, request: WebRequest, signal: AbortSignal): Promise<WebAnswer>;
}
