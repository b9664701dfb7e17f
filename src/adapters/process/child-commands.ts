import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync, promises } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { AssertHeld, CommandStart, CommandState, Commands } from '../../core/ports.ts';
import { assertAuthorized } from '../../core/security/authorized.ts';
import type { Confinement, Sandbox, SetAside } from '../../core/security/sandbox.ts';
import { markOf } from './command-mark.ts';
import { endTree, signalGroup } from './end-tree.ts';
import { endFormer, survivorsOf } from './former-commands.ts';
import { outputFile } from './output-file.ts';
import { bornAtOf } from './process-table.ts';
import { exported, findProgram, readerEnvironment } from './reader-environment.ts';
import { servesPort } from './serves-port.ts';

export interface ChildCommandsOptions {
  /** Holds one folder of output files a task. */
  readonly folder: string;
  readonly shellPath?: string;
  readonly now: () => number;
  /** For the commands that were decided as confined; undefined: there is none. */
  readonly sandbox?: Sandbox;
}

/** Commands as child processes, each in a group of its own. `endAll` is for the end of this process. */
export function childCommands(options: ChildCommandsOptions): Commands & { endAll(): Promise<void> } {
  const commands = new Map<string, RunningCommand>();
  const find = (commandId: string): RunningCommand => {
    const command = commands.get(commandId);
    if (command !== undefined) return command;
    throw new MagusError('tool-input', `There is no command ${commandId}. Use the id that run_command gave.`, {
      code: 'NO_COMMAND',
    });
  };
  const stop = async (command: RunningCommand): Promise<CommandState> => {
    if (!command.state().running) return command.state();
    await endTree(command, command.mark);
    return within(command.ended, 500, command.state);
  };
  return {
    shell: `${shellOf(options.shellPath)} on ${process.platform}`,
    sandboxMissing: async () => (options.sandbox ? options.sandbox.missing() : 'The sandbox is switched off.'),
    environment: ownEnvironment,
    find: findProgram,
    async start(authorized, start, onOutput, assertHeld) {
      const { confined, readsOnly } = assertAuthorized(authorized, 'run', `${start.cwd}$ ${start.command}`);
      if (commands.get(start.commandId)?.state().running) {
        throw new MagusError('tool-failed', `The command ${start.commandId} is already running. Stop it first.`, {
          code: 'RUNNING',
        });
      }
      const confinement = confined ? await confine(options, start) : undefined;
      const command = await startChild(options, { ...start, readsOnly, confinement, onOutput, assertHeld });
      commands.set(start.commandId, command);
      const { pid, bornAt } = command;
      return { pid, bornAt, output: command.state().output };
    },
    async wait(commandId, timeoutMs, signal) {
      const command = find(commandId);
      const state = await within(command.ended, timeoutMs, command.state, signal);
      if (!signal.aborted) return state;
      await stop(command);
      throw new MagusError('cancelled', 'Cancelled; the command was ended.');
    },
    state: (commandId) => commands.get(commandId)?.state(),
    serves: (taskId, port) => {
      const own = [...commands.values()].filter((command) => command.taskId === taskId && command.state().running);
      return servesPort(own, port);
    },
    async send(authorized, commandId, text) {
      assertAuthorized(authorized, 'run', `${commandId}< ${text}`);
      await find(commandId).send(text);
    },
    stop: async (commandId) => stop(find(commandId)),
    readOutput: async (commandId) => promises.readFile(find(commandId).state().output, 'utf8').catch(() => ''),
    survivors: (former) => survivorsOf(former.filter(({ commandId }) => !commands.has(commandId))),
    end: endFormer,
    async endAll() {
      await Promise.all([...commands.values()].map(stop));
    },
  };
}

interface RunningCommand {
  readonly taskId: string;
  readonly pid: number;
  readonly bornAt: string;
  readonly mark: string;
  readonly ended: Promise<void>;
  readonly state: () => CommandState;
  send(text: string): Promise<void>;
}

/**
 * `open` in the environment given to a command lets it take input. Without it the input is the null device: programs
 * such as rg would otherwise wait for, or search, an input that never comes.
 */
const inputName = 'OPENMAGUS_INPUT';
/** Names that may carry secrets, and what would change how a child of an editor behaves. */
const withheld = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|^ELECTRON_|^VSCODE_|^NODE_OPTIONS$|^OPENMAGUS_/i;

interface ChildStart extends CommandStart {
  readonly readsOnly: true | undefined;
  readonly confinement: Confinement | undefined;
  readonly onOutput: (text: string) => void;
  readonly assertHeld: AssertHeld | undefined;
}

async function confine({ sandbox, shellPath }: ChildCommandsOptions, start: CommandStart): Promise<Confinement> {
  if (!sandbox) {
    throw new MagusError('permission-denied', 'This command was decided for a sandbox, and there is none.', {
      code: 'UNDECIDED',
    });
  }
  const { command, cwd, roots = [cwd], env } = start;
  const { [inputName]: _taken, ...variables } = env;
  const script = setsInside ? `${exported(variables)}${command}` : command;
  return sandbox.confine({ script, shell: shellOf(shellPath), cwd, roots });
}

/**
 * Whether the variables that a confined command was given are set inside the walls: the shell outside that starts them would heed
 * some of them itself. Windows has no such shell, and cmd no quotes that would hold.
 */
const setsInside = process.platform !== 'win32';

async function startChild(options: ChildCommandsOptions, start: ChildStart): Promise<RunningCommand> {
  const { confinement } = start;
  try {
    return await startConfined(options, start);
  } catch (thrown) {
    await confinement?.ended();
    throw thrown;
  }
}

async function startConfined(options: ChildCommandsOptions, start: ChildStart): Promise<RunningCommand> {
  const { confinement, onOutput, assertHeld } = start;
  const folder = join(options.folder, fileName(start.taskId));
  if (!existsSync(folder)) await promises.mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${fileName(start.commandId)}.log`);
  const mark = markOf(start);
  assertHeld?.();
  const child = spawnShell(options.shellPath, start, environment(start, mark));
  await spawned(child);
  const pid = child.pid ?? 0;
  const output = outputFile(path, onOutput);
  for (const pipe of [child.stdout, child.stderr]) if (pipe) output.read(pipe);
  // A command that ended leaves a broken pipe behind; writing to it is refused by its state instead.
  child.stdin?.on('error', () => undefined);
  const began = options.now();
  let endedMs: number | undefined;
  let exitCode: number | null = null;
  let setAside: readonly SetAside[] = [];
  const ended = exited(child).then(async (code) => {
    exitCode = code;
    // What the shell left behind in its group would hold the output open and outlive the task.
    signalGroup(pid, 'SIGKILL');
    await drained(child);
    await output.close();
    if (confinement) setAside = await confinement.ended().catch(() => []);
    endedMs = options.now();
  });
  const state = (): CommandState => ({
    commandId: start.commandId,
    running: endedMs === undefined,
    exitCode: endedMs === undefined ? null : exitCode,
    durationMs: (endedMs ?? options.now()) - began,
    output: path,
    ...(confinement ? { confined: true, setAside } : {}),
  });
  const send = async (text: string): Promise<void> => {
    if (endedMs !== undefined || !child.stdin?.writable) {
      throw new MagusError('tool-failed', 'The command takes no input any more. Look at its output.', {
        code: 'ENDED',
      });
    }
    child.stdin.write(text);
  };
  return { taskId: start.taskId, pid, bornAt: (await bornAtOf(pid)) ?? 'ended', mark, ended, state, send };
}

function spawnShell(shellPath: string | undefined, start: ChildStart, env: NodeJS.ProcessEnv): ChildProcess {
  const input = start.env[inputName] === 'open' ? 'pipe' : 'ignore';
  const stdio: StdioOptions = [input, 'pipe', 'pipe'];
  const settings = { stdio, cwd: start.cwd, env, detached: process.platform !== 'win32', windowsHide: true } as const;
  if (start.confinement) return spawn(start.confinement.file, [...start.confinement.args], settings);
  if (process.platform === 'win32' && shellPath === undefined) {
    return spawn(shellOf(shellPath), ['/d', '/s', '/c', `"${start.command}"`], {
      ...settings,
      windowsVerbatimArguments: true,
    });
  }
  const shell = shellOf(shellPath);
  // Both streams go through one pipe: with two their lines would mix up. On the same line, so that line numbers hold.
  return spawn(shell, ['-c', `exec 2>&1; ${start.command}`], settings);
}

function shellOf(shellPath: string | undefined): string {
  if (shellPath !== undefined) return shellPath;
  if (process.platform === 'win32') return process.env['ComSpec'] ?? 'cmd.exe';
  return existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';
}

function environment({ env, cwd, roots = [cwd], readsOnly, confinement }: ChildStart, mark: string): NodeJS.ProcessEnv {
  const own = ownEnvironment();
  const given = confinement?.env ?? own;
  const quiet = { PAGER: 'cat', GIT_PAGER: 'cat', GIT_TERMINAL_PROMPT: '0' };
  const [name = '', value] = mark.split(/=(.*)/s);
  const around = readsOnly ? readerEnvironment(given, roots) : { ...given, ...quiet };
  return { ...around, ...(confinement && setsInside ? {} : env), [name]: value };
}

function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.test(name)));
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      reject(
        new MagusError('tool-failed', `The shell could not start: ${cause.message}. Check that the folder exists.`, {
          code: 'NO_START',
          cause,
        }),
      );
    });
  });
}

/** The exit code; null where a signal ended it. */
function exited(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
  });
}

/** Waits for the end of the output, but not for strangers in other sessions that keep the pipe open. */
async function drained(child: ChildProcess): Promise<void> {
  const whole = [child.stdout, child.stderr].map(
    (pipe) =>
      new Promise<void>((resolve) =>
        pipe === null || pipe.readableEnded ? resolve() : pipe.once('close', () => resolve()),
      ),
  );
  const read = (): number => (child.stdout instanceof Socket ? child.stdout.bytesRead : 0);
  const silence = async (): Promise<void> => {
    for (let seen = -1; seen !== read(); ) {
      seen = read();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  };
  await Promise.race([Promise.all(whole), silence()]);
}

async function within(
  ended: Promise<void>,
  timeoutMs: number,
  state: () => CommandState,
  signal?: AbortSignal,
): Promise<CommandState> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const early = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
    onAbort = resolve;
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) resolve();
  });
  await Promise.race([ended, early]);
  clearTimeout(timer);
  if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  return state();
}

function fileName(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 120) || '_';
}
