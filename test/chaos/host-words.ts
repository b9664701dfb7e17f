import type { LoggedEvent } from '../../src/protocol/task-event.ts';

/** What a suite may tell the extension host to do. */
export type HostOrder =
  | { readonly type: 'start'; readonly goal: string }
  | { readonly type: 'resume'; readonly taskId: string };

/** What the extension host tells. */
export type HostWord =
  | { readonly type: 'ready'; readonly pid: number }
  | { readonly type: 'event'; readonly event: LoggedEvent }
  | { readonly type: 'failed'; readonly message: string };
