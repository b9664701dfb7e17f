import type { FileQuery, FilesFound, IndexState } from '../../../core/search/workspace-index.ts';

/** What the main thread may ask of the index's thread. */
export interface IndexOperations {
  /** Must come first. */
  open(input: { readonly settings: IndexSettings }): null;
  /** Answers when the folder's index is up to date, or cannot be brought further now. */
  update(input: { readonly folder: string }): Promise<IndexState>;
  search(input: { readonly query: FileQuery }): FilesFound;
  hold(input: { readonly held: boolean }): null;
  /** The last one: what is being written is finished, the rest waits for the next start. */
  close(input: Record<string, never>): Promise<null>;
}

/** What the index's thread says unasked. */
export type IndexNotice = { readonly type: 'state'; readonly folder: string; readonly state: IndexState };

export interface IndexSettings {
  /** Where the databases lie, one for each workspace folder. */
  readonly home: string;
  readonly limits: IndexLimits;
  /** Where Linux tells of its batteries. */
  readonly powerSupply: string;
}

export interface IndexLimits {
  readonly files: number;
  /** Of all files together, and of one. */
  readonly bytes: number;
  readonly fileBytes: number;
  /** Of work in one update, waiting not counted. */
  readonly ms: number;
}

export const usualLimits: IndexLimits = {
  files: 50_000,
  bytes: 256 * 1024 * 1024,
  fileBytes: 1024 * 1024,
  ms: 15 * 60_000,
};
