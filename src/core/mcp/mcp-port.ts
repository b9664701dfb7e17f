import type { Authorized } from '../security/authorized.ts';

/** Servers of the Model Context Protocol. Nothing is loaded, read or started before a method is first called. */
export interface McpServers {
  /** Those that are configured for these folders, with what is known of them; starts nothing. */
  list(roots: readonly string[]): Promise<McpList>;
  /**
   * The tools of a server as they are now. Starts it, unless it runs: then the start must be authorized, and counts as
   * the approval of the server and of the tools that it has. Throws `tool-failed` SERVER_FAILED with what it said.
   */
  connect(authorized: Authorized, server: McpServer, place: McpPlace, signal: AbortSignal): Promise<readonly McpTool[]>;
  /** Calls a tool within 60 s, the time that people take left aside. Throws `tool-failed` SERVER_DIED, TIMEOUT or CHANGED. */
  call(authorized: Authorized, call: McpCall, place: McpPlace, signal: AbortSignal): Promise<McpAnswer>;
  /** Ends the server and takes back that it was allowed, and what it may sign in with. */
  forget(server: McpServer): Promise<void>;
  close(): Promise<void>;
}

export interface McpList {
  readonly servers: readonly McpServer[];
  /** What is wrong in the configurations, in words. */
  readonly faults: readonly string[];
}

export interface McpServer {
  readonly name: string;
  /** Of everything that says what is started or reached: another hash is another server. */
  readonly hash: string;
  readonly kind: 'stdio' | 'http';
  /** The command line, or the origin that is reached. */
  readonly object: string;
  /** The file or setting that names it. */
  readonly source: string;
  /** It runs a file of the workspace, which may change. */
  readonly ofWorkspace: boolean;
  /** A person allowed it to be started. */
  readonly approved: boolean;
  readonly running: boolean;
  /** Why it could not be started the last time that this process tried. */
  readonly failure?: string;
  /** Names of the secrets that it is given. */
  readonly secrets: readonly string[];
  /** As last listed; undefined: never yet. */
  readonly tools: readonly McpTool[] | undefined;
}

export interface McpTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments; undefined where it is too big to be of use. */
  readonly input: Readonly<Record<string, unknown>> | undefined;
  /** Of name, description and schema. */
  readonly hash: string;
  /** The server had this very tool when it was approved, or a person allowed it since. */
  readonly approved: boolean;
}

export interface McpCall {
  readonly server: McpServer;
  readonly tool: McpTool;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface McpAnswer {
  readonly ok: boolean;
  readonly text: string;
  /** Data URLs. */
  readonly images: readonly string[];
}

/** Where a server works, and whom it may ask while it does. */
export interface McpPlace {
  readonly roots: readonly string[];
  readonly desk: McpDesk;
}

/** What servers may ask of the user; everything goes through people. */
export interface McpDesk {
  /** Must not throw. */
  progress(text: string): void;
  elicit(request: McpElicitation, signal: AbortSignal): Promise<McpElicited>;
  /** undefined: refused. */
  sample(request: McpSampling, signal: AbortSignal): Promise<McpSampled | undefined>;
  /** Whether a server elsewhere may know the paths of the workspace folders. */
  tellRoots(server: string, signal: AbortSignal): Promise<boolean>;
  /** Shows a person the address for signing in. False: nobody does that. */
  signIn(server: string, address: string, signal: AbortSignal): Promise<boolean>;
}

export type McpElicitation =
  | {
      readonly server: string;
      readonly message: string;
      /** Flat JSON Schema: properties of primitive types. */
      readonly schema: Readonly<Record<string, unknown>>;
    }
  | { readonly server: string; readonly message: string; readonly address: string };
export type McpValue = string | number | boolean | string[];
export type McpElicited =
  | { readonly action: 'accept'; readonly content?: Record<string, McpValue> }
  | { readonly action: 'decline' | 'cancel' };

export interface McpSampling {
  readonly server: string;
  readonly system: string;
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
}
export interface McpSampled {
  readonly text: string;
  readonly model: string;
}
