export interface Diagnostic {
  readonly path: string;
  readonly line: number;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  readonly source: string;
}
export interface Editor {
  /** Those of the paths that are open with unsaved changes. */
  unsaved(paths: readonly string[]): readonly string[];
  /** undefined: no editor is attached. */
  diagnostics(paths: readonly string[]): readonly Diagnostic[] | undefined;
}
