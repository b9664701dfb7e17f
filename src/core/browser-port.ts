import type { Authorized } from './security/authorized.ts';

/** What can be asked of a page, in the words of the tools. Refs ("e12", "f1e3") come from the last snapshot of the tab. */
export type BrowserWork =
  | {
      readonly do: 'open';
      readonly url: string;
      /** Further hosts that the page may load from: "https://cdn.example.com/". */
      readonly hosts: readonly string[];
    }
  | {
      readonly do: 'snapshot';
      readonly scope?: string | undefined;
      readonly query?: string | undefined;
      /** Id of an earlier snapshot: only what is different since. */
      readonly since?: string | undefined;
      /** Line to begin with, where a snapshot was cut. */
      readonly from?: number | undefined;
      /** Number of the tab, which becomes the current one. */
      readonly tab?: number | undefined;
    }
  | {
      readonly do: 'act';
      readonly action: 'click' | 'type' | 'select' | 'press' | 'upload';
      readonly ref?: string | undefined;
      readonly value?: string | undefined;
      readonly files?: readonly BrowserFile[] | undefined;
      /** What the act was decided on; where the page has changed that since, nothing is done. */
      readonly expects: string;
      /** May a form be sent by it? */
      readonly sends: boolean;
      /** How dialogs that come up meanwhile are answered; without it alerts are closed and all others declined. */
      readonly dialog?: { readonly accept: boolean; readonly text?: string | undefined } | undefined;
    }
  | {
      readonly do: 'wait';
      readonly for: 'text' | 'gone' | 'url' | 'idle' | 'download';
      readonly value?: string | undefined;
      readonly timeoutMs: number;
      /** The download itself is wanted. */
      readonly content: boolean;
    }
  | { readonly do: 'screenshot'; readonly ref?: string | undefined; readonly fullPage: boolean }
  | {
      readonly do: 'logs';
      readonly kind: 'console' | 'network' | 'downloads' | 'test';
      readonly query?: string | undefined;
    };

export interface BrowserFile {
  readonly name: string;
  readonly content: Uint8Array;
}

export interface BrowserAnswer {
  readonly text: string;
  /** PNG or JPEG. */
  readonly image?: Uint8Array;
  readonly file?: BrowserFile;
}

/** What an act would touch, as the page has it now. */
export interface ActTarget {
  /** Of the page, or of the frame that holds the element. */
  readonly url: string;
  /** `button "Save"`. */
  readonly element: string;
  /** Where a link leads. */
  readonly href?: string;
  /** The form that it would send. */
  readonly form?: { readonly action: string; readonly method: string; readonly fields: string };
  /** Of all that: what was decided on is what is done. */
  readonly digest: string;
}

/** The object of the effect of a look begins so; without such an effect nothing of a page is shown. */
export const lookObject = 'browser page ';

/** The object of the effect of an act; without it the act is not done. */
export function actObject(digest: ActTarget['digest']): string {
  return `an act decided on ${digest}`;
}

/** A call as the browser sees it. */
export interface BrowserCall {
  readonly authorized: Authorized;
  readonly taskId: string;
}

/**
 * One browser a task, with a profile of its own that is removed with it; started by the first `open`. No request leaves it
 * but to listed hosts and to those that an authorized `open` or act named. Throws `tool-input` (NO_REF, NO_PAGE, BAD_VALUE …),
 * `tool-failed` (TIMEOUT, CHANGED, BROWSER_ENDED …), `configuration` (NO_BROWSER) or `permission-denied`.
 */
export interface Browser {
  /** undefined: there is one; else what is missing and what mends it. */
  missing(): Promise<string | undefined>;
  /** Address of the current page of the task; undefined: no browser is open. */
  address(taskId: string): string | undefined;
  /** Whether a page of that origin was opened in this task, as allowed. */
  opened(taskId: string, url: URL): boolean;
  target(
    taskId: string,
    asked: { readonly action: string; readonly ref?: string | undefined; readonly value?: string | undefined },
    signal: AbortSignal,
  ): Promise<ActTarget>;
  perform(call: BrowserCall, work: BrowserWork, signal: AbortSignal): Promise<BrowserAnswer>;
  /** Ends the browser of a task and leaves nothing behind. Must not throw. */
  end(taskId: string): Promise<void>;
  close(): Promise<void>;
}
