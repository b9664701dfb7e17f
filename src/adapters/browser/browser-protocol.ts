import type { ActTarget, BrowserAnswer, BrowserWork } from '../../core/browser-port.ts';
import type { ErrorKind } from '../../protocol/error-kinds.ts';

/** The first message to the process of a browser. */
export interface BrowserStart {
  readonly program: string;
  readonly visible: boolean;
  /** Chromium's own sandbox, which a user root has not. */
  readonly sandbox: boolean;
  /** Removed when the browser ends. */
  readonly profile: string;
  readonly downloads: string;
}

/** Hosts that may be reached now: the user's list, and "host:port" of what was allowed in this task. */
export interface Admitted {
  readonly listed: readonly string[];
  readonly origins: readonly string[];
}

export interface BrowserRequest {
  readonly id: number;
  readonly admitted: Admitted;
  readonly work:
    | BrowserWork
    | {
        readonly do: 'target';
        readonly action: string;
        readonly ref?: string | undefined;
        readonly value?: string | undefined;
      };
}

export interface BrowserReply {
  /** 0: of the start. */
  readonly id: number;
  readonly answer?: BrowserAnswer;
  readonly target?: ActTarget;
  readonly error?: { readonly kind: ErrorKind; readonly message: string; readonly code: string | undefined };
  /** Of the current page. */
  readonly address: string;
}
