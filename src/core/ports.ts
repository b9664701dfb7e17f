import type { Decision, Effect } from '../protocol/effects.ts';
import type { ModelPurpose } from '../protocol/model-configuration.ts';
import type { Plan } from '../protocol/plan.ts';
import type {
  FailedAttempt,
  LoggedEvent,
  MemoryAdvice,
  ProxyAttempts,
  RecordedCall,
  TaskEvent,
  TaskStatus,
  Usage,
} from '../protocol/task-event.ts';
import type { DataFiles } from './data-port.ts';
import type { Editor } from './editor-port.ts';
import type { Memory } from './memory/memory-ports.ts';
import type { OutsidePorts } from './outside-ports.ts';
import type { WorkspaceIndex } from './search/workspace-index.ts';
import type { TextSearch } from './search-port.ts';
import type { Authorized } from './security/authorized.ts';
import type { PathPlatform } from './security/canonical-path.ts';
import type { PolicySettings } from './security/policy.ts';
import type { SetAside } from './security/sandbox.ts';
import type { Tool } from './tools/tool.ts';

/** Everything the core asks of the outside. Paths are absolute; every await that can last takes a signal. */
export interface Ports extends OutsidePorts {
  readonly clock: Clock;
  readonly hash: Hash;
  readonly log: TaskLog;
  readonly model: ChatModel;
  readonly memory: Memory;
  /** Values that must not be remembered, logged or shown: keys and passwords in use. */
  readonly secrets: () => readonly string[];
  readonly files: FileSystem;
  readonly preImages: PreImages;
  readonly search: TextSearch;
  readonly index: WorkspaceIndex;
  readonly commands: Commands;
  readonly data: DataFiles;
  readonly people: People;
  /** What the user and this machine say for the policy, as it is now. */
  readonly policy: () => PolicySettings;
  readonly editor: Editor;
  /** Side channel for what is shown and forgotten: streaming tokens and command output. Must not throw. */
  readonly live: (taskId: string, delta: LiveDelta) => void;
  /** The tools an executor may be offered, in any order. */
  readonly tools: readonly Tool[];
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface Hash {
  /** Lower-case hexadecimal. */
  sha256(content: string | Uint8Array): string;
  /** Unguessable, url-safe, 16 characters or more. */
  randomId(): string;
}

export interface TaskSummary {
  readonly taskId: string;
  readonly goal: string;
  readonly workspace: string;
  readonly createdAt: string;
  readonly lastSeq: number;
  /** Absent while the task has not ended. */
  readonly status?: TaskStatus;
}

/** The journal of tasks. An event that `append` has answered for survives a kill of the process. */
export interface TaskLog {
  /** Throws `user-input` with code LEASED while another live process holds the task. */
  append(taskId: string, events: readonly TaskEvent[]): Promise<readonly LoggedEvent[]>;
  read(taskId: string, fromSeq?: number): Promise<readonly LoggedEvent[]>;
  tasks(query: {
    readonly workspace?: string;
    readonly text?: string;
    readonly limit?: number;
  }): Promise<readonly TaskSummary[]>;
  /** One writer per task: throws `user-input` with code LEASED while another live process holds it. */
  acquire(taskId: string): Promise<Lease>;
}
export interface Lease {
  readonly lost: AbortSignal;
  /**
   * Until when nobody else can have the task. Throws LEASED where another process has it by now: `lost` comes late to a
   * process that was stopped for a while.
   */
  confirm(): Promise<{ readonly untilMs: number }>;
  release(): Promise<void>;
}

/** Called right before an effect; throws when the task may be another process's by now. */
export type AssertHeld = () => void;

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
export type ChatMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: string; readonly images?: readonly string[] }
  | {
      readonly role: 'assistant';
      readonly content: string;
      readonly calls: readonly RecordedCall[];
      readonly reasoning?: string;
    }
  | { readonly role: 'tool'; readonly callId: string; readonly content: string };
export interface ModelRequest {
  readonly purpose: Exclude<ModelPurpose, 'embed'>;
  /** The task: its requests stay with one deployment while they can, which keeps the provider's prompt cache. */
  readonly session?: string;
  /** What the session has cost before this request, since it was last resumed. */
  readonly spentUsd?: number;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolSpec[];
  /** The text is to be JSON of this shape. Servers that offer it keep to it, others do as they please: say it in words too, and check. */
  readonly schema?: AnswerSchema;
}
export interface AnswerSchema {
  /** Letters, digits, "_" and "-". */
  readonly name: string;
  /** JSON Schema: closed objects whose properties are all required, as the strictest provider wants it. */
  readonly schema: Readonly<Record<string, unknown>>;
}
export interface ModelReply {
  readonly text: string;
  readonly reasoning?: string;
  readonly calls: readonly RecordedCall[];
  /** `length` and `cut`: the calls are not whole and must not run. */
  readonly finish: 'stop' | 'tool-calls' | 'length' | 'cut';
  readonly model: string;
  readonly usage: Usage;
  /** Endpoint and model as configured, and how long it took. */
  readonly deployment?: string;
  readonly durationMs?: number;
  /** Only when a proxy had to try more than once. */
  readonly proxied?: ProxyAttempts;
  /** Something about this answer that the user should know. */
  readonly warning?: string;
}
/** Hears how an answer comes about. Must not throw. */
export interface ModelListener {
  /** The next piece of the text; what was said is never taken back. */
  onText(text: string): void;
  onAttemptFailed(attempt: FailedAttempt): void;
}
export interface ChatModel {
  /** Tokens that fit into one request and its reply together; may change from one call to the next. */
  readonly contextTokens: number;
  /**
   * One answer, whichever deployment gives it. Throws `configuration`, `model-unavailable` or `limit-reached` (a budget);
   * code CONTEXT_TOO_LONG when the request fits nowhere.
   */
  complete(request: ModelRequest, listener: ModelListener, signal: AbortSignal): Promise<ModelReply>;
}

export interface FileFacts {
  /** Real path of the nearest existing ancestor, joined with what does not exist yet. */
  readonly real: string;
  readonly kind: 'file' | 'directory' | 'other' | 'none';
  readonly size: number;
  readonly modifiedMs: number;
  /** Permission bits; 0 where there is nothing. */
  readonly mode: number;
}
export interface FileWrite {
  /** Real path. */
  readonly path: string;
  /** sha256 of what must be there now; null: nothing may be there. */
  readonly before: string | null;
  /** null: delete. */
  readonly after: Uint8Array | null;
  /** Permission bits of a file that is made anew; one that is there keeps its own. */
  readonly mode?: number;
}
export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}
export interface FileSystem {
  /** How it takes names; absent: as POSIX does. */
  readonly platform?: PathPlatform;
  facts(path: string): Promise<FileFacts>;
  /** Whole content; throws `tool-failed` with code NOT_FOUND, UNREADABLE or TOO_LARGE. */
  read(path: string, maxBytes: number): Promise<Uint8Array>;
  /** Every write or none: each file is replaced in one rename; throws code STALE when a `before` does not hold, restoring what it had begun. */
  commit(authorized: Authorized, writes: readonly FileWrite[], assertHeld?: AssertHeld): Promise<void>;
  /** Removes what a commit whose process was killed has left beside these files; never throws. */
  tidy(paths: readonly string[]): Promise<void>;
  /** What lies in a folder; undefined where that is more than `most` or cannot be read. */
  entries(folder: string, most: number): Promise<readonly FolderEntry[] | undefined>;
  /** Paths below a folder, honouring .gitignore, sorted; directories end in a slash. */
  list(
    folder: string,
    query: { readonly glob?: string; readonly limit: number },
    signal: AbortSignal,
  ): Promise<{ readonly paths: readonly string[]; readonly more: boolean }>;
}

/** Former contents of touched files: by hash, compressed, 500 MB a user; oldest ended tasks go first, open ones last. */
export interface PreImages {
  keep(taskId: string, content: Uint8Array): Promise<string>;
  get(sha256: string): Promise<Uint8Array | undefined>;
}

export interface CommandStart {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Unique among the commands of all tasks. */
  readonly commandId: string;
  readonly taskId: string;
  /** Real paths of the workspace folders, where a confined command may write; without them its own folder alone. */
  readonly roots?: readonly string[];
}
export interface CommandState {
  readonly commandId: string;
  readonly running: boolean;
  readonly exitCode: number | null;
  readonly durationMs: number;
  /** File that holds the whole output. */
  readonly output: string;
  /** It ran in the sandbox; what it made there that is protected was moved away when it ended. */
  readonly confined?: true;
  readonly setAside?: readonly SetAside[];
}
export interface FormerCommand {
  readonly taskId: string;
  readonly commandId: string;
  /** As the log has it; absent where the session ended before it was logged. */
  readonly process?: { readonly pid: number; readonly bornAt: string };
}
/** Of its processes, the command's own comes first, if it still lives. */
export type Survivor = { readonly command: FormerCommand; readonly pids: readonly number[] };
export interface Commands {
  /** What runs commands, in words for the model: "/bin/bash on linux". */
  readonly shell: string;
  /** undefined: commands can be confined; else why not, and what mends it. Looks when it is first asked. */
  sandboxMissing(): Promise<string | undefined>;
  /** Variables that a command gets when it is not confined. */
  environment(): Readonly<Record<string, string | undefined>>;
  /** Absolute path of a program on the PATH, folders of the workspace left aside; undefined: it is not there. */
  find(program: string, roots: readonly string[]): Promise<string | undefined>;
  /** Starts the command in a process group of its own; `onOutput` must not throw. Cancelling ends the whole tree within 2 s. */
  start(
    authorized: Authorized,
    start: CommandStart,
    onOutput: (text: string) => void,
    assertHeld?: AssertHeld,
  ): Promise<{ readonly pid: number; readonly bornAt: string; readonly output: string }>;
  /** Resolves when it ends or after `timeoutMs`, whichever comes first; an abort of the signal ends the command. */
  wait(commandId: string, timeoutMs: number, signal: AbortSignal): Promise<CommandState>;
  state(commandId: string): CommandState | undefined;
  /** Whether what listens at this port of this machine was started by commands of the task that run now, and by nothing else. */
  serves(taskId: string, port: number): Promise<boolean>;
  send(authorized: Authorized, commandId: string, text: string): Promise<void>;
  stop(commandId: string): Promise<CommandState>;
  /** Text of the whole output between two offsets in characters. */
  readOutput(commandId: string): Promise<string>;
  /** Those of the commands of former sessions that still run or have left something running. */
  survivors(former: readonly FormerCommand[]): Promise<readonly Survivor[]>;
  /** Ends what a command of a former session has left running. */
  end(former: FormerCommand): Promise<void>;
}

export interface ApprovalRequest {
  readonly taskId: string;
  readonly callId: string;
  readonly title: string;
  readonly effects: readonly Effect[];
  readonly decision: Decision;
  /** Of the effects, as `Authorized` carries it. */
  readonly hash: string;
  /** What memory knows of this very command. */
  readonly advice?: MemoryAdvice;
}
export interface People {
  /** "task": yes, and for the like of it in this task. undefined: nobody can be asked, the task stops here and can be resumed. */
  approve(request: ApprovalRequest, signal: AbortSignal): Promise<boolean | 'task' | undefined>;
  /** The plan to run (perhaps edited), false when rejected, undefined as above. */
  resolvePlan(taskId: string, plan: Plan, signal: AbortSignal): Promise<Plan | false | undefined>;
  answer(
    taskId: string,
    question: { readonly callId: string; readonly question: string; readonly choices: readonly string[] },
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

export type LiveDelta =
  | { readonly type: 'text'; readonly conversation: string; readonly text: string }
  | { readonly type: 'output'; readonly callId: string; readonly text: string };
