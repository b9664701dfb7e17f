/** Folders that are wanted for a while, for adapters whose work is done by processes of their own. */
export interface Scratch {
  /** A new folder that only the user may read. What processes that are no more have left beside it goes first. Absolute path. */
  make(): Promise<string>;
  /** What is just ending may still write into it. Never throws. */
  remove(folder: string): Promise<void>;
}
