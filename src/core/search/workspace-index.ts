/** Full text of the workspace's files: finds those that matter to a question. Only an index: it can be built anew at any time. */
export interface WorkspaceIndex {
  /**
   * Brings the index of these folders up to date, in the background; resolves when it is, or cannot be brought further now
   * (held, paused, another process is at it, no disk). Never throws. To be called for trusted folders alone: whatever was
   * not brought up to date in this session is not searched.
   */
  refresh(folders: readonly string[], signal: AbortSignal): Promise<void>;
  /** From what is indexed so far, the best first. Never throws for want of an index: then `state` says why. */
  search(query: FileQuery, signal: AbortSignal): Promise<FilesFound>;
  /** Held, nothing is indexed, say while the user types; searching goes on. */
  hold(held: boolean): void;
}

export interface FileQuery {
  /** Real paths of workspace folders. */
  readonly folders: readonly string[];
  readonly text: string;
  readonly limit: number;
}

export interface FilesFound {
  readonly files: readonly FoundFile[];
  readonly state: IndexState;
}

export interface FoundFile {
  readonly folder: string;
  /** Relative to its folder, forward slashes. */
  readonly path: string;
  /** 1 is the best of an answer. */
  readonly score: number;
  /** Words of the query that its path or its best parts hold, as in the query. */
  readonly words: readonly string[];
  /** Words of the query in its path. */
  readonly inPath: readonly string[];
  /** The lines that hold most of the words, as they are now, in their order. */
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

/** How far the index of some folders is, all together. */
export interface IndexState {
  /** `off`: there is none, `reason` says why; `paused`: waits for `reason`. */
  readonly phase: 'off' | 'updating' | 'paused' | 'ready';
  readonly reason?: string;
  /** Files that are up to date in the index, of those that belong into it as far as they were counted. */
  readonly done: number;
  readonly total: number;
  /** What was left out by a limit, in words. */
  readonly leftOut?: string;
}

/** Where no index is wanted. */
export const noIndex: WorkspaceIndex = {
  refresh: async () => {},
  search: async () => ({ files: [], state: { phase: 'off', reason: 'it is turned off', done: 0, total: 0 } }),
  hold: () => {},
};
