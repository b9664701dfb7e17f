export interface SearchQuery {
  readonly folder: string;
  readonly query: string;
  readonly regex: boolean;
  readonly include?: string;
  readonly exclude?: string;
  readonly context: number;
  readonly limit: number;
}
export interface SearchHit {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}
export interface TextSearch {
  search(
    query: SearchQuery,
    signal: AbortSignal,
  ): Promise<{ readonly hits: readonly SearchHit[]; readonly more: boolean }>;
}
