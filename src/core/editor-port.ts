export interface Diagnostic {
  readonly path: string;
  readonly line: number;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  readonly source: string;
}

/** Problems of the whole workspace at one moment. */
export interface ProblemState {
  readonly problems: readonly Diagnostic[];
  /** Lines of those of the watched files that are open. */
  readonly lines: ReadonlyMap<string, number>;
}
/** Watches what an edit does to the problems; begun before the edit. */
export interface ProblemWatch {
  readonly before: ProblemState;
  /** Those of the files that nobody had looked at: their problems may be older than the edit. */
  readonly unseen: readonly string[];
  /**
   * Waits until the language servers have spoken of the files, 1 s at most, or until the abort. `heard`: they have spoken.
   * Never throws.
   */
  after(signal: AbortSignal): Promise<ProblemState & { readonly heard: boolean }>;
  /** To be called when nobody asks for `after`. */
  stop(): void;
}

export const codeOperations = [
  'definition',
  'references',
  'implementations',
  'callers',
  'outline',
  'workspace_symbols',
] as const;
export type CodeOperation = (typeof codeOperations)[number];

export interface CodeQuestion {
  readonly operation: CodeOperation;
  /** Absolute; for `workspace_symbols` any file of the language that is asked about. */
  readonly path?: string;
  /** The name that stands in the file, at `line` (from 1) or wherever it stands first. */
  readonly symbol?: string;
  readonly line?: number;
  /** Of `workspace_symbols`. */
  readonly query?: string;
}
export interface CodePlace {
  /** A path, or the whole URI of what is no file. */
  readonly place: string;
  readonly line: number;
  /** What stands there, or calls from there: "class Cart", "total". */
  readonly name?: string;
  /** How deep it lies in an outline, from 0. */
  readonly depth?: number;
}
export interface CodeAnswer {
  readonly places: readonly CodePlace[];
  /** Places in all, which may be more than were given. */
  readonly total: number;
  /** Why there is none, in words. */
  readonly silence?: string;
}

/** Whoever knows the code of the workspace: the language servers behind an editor. */
export interface CodeProviders {
  /** Within 4 s, of whatever kind the servers are. Throws only when the signal is aborted. */
  ask(question: CodeQuestion, most: number, signal: AbortSignal): Promise<CodeAnswer>;
}

export interface Editor {
  /** Those of the paths that are open with unsaved changes. */
  unsaved(paths: readonly string[]): readonly string[];
  /** undefined: no editor is attached. */
  diagnostics(paths: readonly string[]): readonly Diagnostic[] | undefined;
  /** Absent: no editor is attached. */
  readonly code?: CodeProviders;
  /** Absent: no editor is attached. `paths`: files that are about to change. */
  watchProblems?(paths: readonly string[]): ProblemWatch;
}
