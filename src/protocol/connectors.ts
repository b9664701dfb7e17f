/** One MCP server or API, as the person configured it, and what is known of it. */
export interface ConnectorPicture {
  readonly kind: 'mcp' | 'api';
  readonly name: string;
  /** The command line or origin of a server, the address of an API. */
  readonly object: string;
  /** What names it: a file, a setting; of an API its document. */
  readonly source: string;
  /** `untrusted`: nobody allowed it to be started yet. */
  readonly state: 'untrusted' | 'ready' | 'running' | 'busy' | 'failed';
  /** "13 tools", "200 operations, fetched when first searched", or what went wrong. */
  readonly words: string;
  readonly keys: readonly ConnectorKey[];
  /** Somebody allowed it, which can be taken back. */
  readonly trusted: boolean;
}
export interface ConnectorKey {
  /** As the configuration names it. */
  readonly name: string;
  /** The host that it goes to, or the program. */
  readonly goesTo: string;
  readonly isSet: boolean;
}

export interface ConnectorsPicture {
  readonly connectors: readonly ConnectorPicture[];
  /** What is wrong in the configurations. */
  readonly faults: readonly string[];
}
