import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { CommandState, Ports } from '../../core/ports.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import { commandEffects } from '../../core/security/command-effects.ts';
import { canBeConfined } from '../../core/security/sandbox.ts';
import { scriptEffects } from '../../core/security/script-fingerprint.ts';
import { shellKind } from '../../core/security/shell/shell-kind.ts';
import { decidesWhatRuns } from '../../core/security/steering-variables.ts';
import { ownCommand } from '../../core/tools/own-command.ts';
import { resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolResult, ToolScope } from '../../core/tools/tool.ts';
import type { Effect } from '../../protocol/effects.ts';
import { plainText, seconds, shownOutput } from './command-text.ts';
import { sandboxNotes } from './sandbox-notes.ts';

const defaultTimeoutS = 120;
/** Only a command in the background can be typed into; any other would wait for an input that never comes. */
const takesInput = { OPENMAGUS_INPUT: 'open' };

const input = z.object({
  command: z.string().check(z.minLength(1), z.maxLength(32_000)),
  cwd: z.optional(z.string().check(z.maxLength(4096))),
  env: z.optional(z.record(z.string().check(z.regex(/^[A-Za-z_]\w*$/)), z.string().check(z.maxLength(32_000)))),
  timeout_s: z.optional(z.number().check(z.minimum(1), z.maximum(600))),
  background: z.optional(z.boolean()),
  outside_sandbox: z.optional(z.boolean()),
});
type RunCommandInput = z.infer<typeof input>;

export const runCommand: Tool<RunCommandInput> = {
  name: 'run_command',
  description:
    'Run a shell command in the workspace and get its exit code and output (stdout and stderr together). ' +
    `timeout_s: ${defaultTimeoutS} by default, 600 at most; then everything it started is ended. Do not use & for servers: ` +
    'background: true returns an id at once, for command_output, command_input and command_stop.',
  input,
  describe: ({ command }) => `Run ${command.length > 200 ? `${command.slice(0, 200)}…` : command}`,
  async effects(ports, scope, { command, cwd, env, outside_sandbox }) {
    const place = await folderOf(ports, scope, cwd);
    const { files } = ports;
    const site = {
      files,
      cwd: place.real,
      cwdZone: place.zone,
      roots: scope.roots,
      shell: shellKind(ports.commands.shell),
    };
    const own = await commandEffects(command, site);
    const scripts = await scriptEffects(ports, own[0]?.commands ?? [], { cwd: place.real, roots: scope.roots });
    const others = [...scripts, ...environmentEffects(env ?? {}, place.zone)];
    const effects = [...own, ...others];
    // The walls themselves keep a line that acts from secrets.
    const within = own[0]?.readsOnly ? effects : [...own.slice(0, 1), ...others];
    if (!canBeConfined(within, ports.policy().hosts)) return effects;
    if ((await ports.commands.sandboxMissing()) !== undefined) return effects;
    if (!outside_sandbox)
      return within.map((effect) => (effect.verb === 'run' ? { ...effect, confined: true } : effect));
    // What only reads needs no sandbox.
    const leaves = ({ verb, readsOnly }: Effect): boolean => verb === 'run' && !readsOnly;
    return effects.map((effect) => (leaves(effect) ? { ...effect, protects: 'leaving the sandbox' } : effect));
  },
  async run(ports, scope, { command, cwd, env, timeout_s, background }, authorized, signal) {
    const place = await folderOf(ports, scope, cwd);
    await start({
      ports,
      scope,
      authorized,
      command,
      cwd: place.real,
      env: { ...env, ...(background ? takesInput : {}) },
    });
    if (background) return startedInBackground(scope.callId);
    const timeoutMs = (timeout_s ?? defaultTimeoutS) * 1000;
    const commandId = ownCommand(scope, scope.callId);
    const state = await ports.commands.wait(commandId, timeoutMs, signal);
    if (!state.running) return ended(ports, scope, state);
    const stopped = await ports.commands.stop(commandId);
    return timedOut(ports, scope, stopped, timeoutMs);
  },
};

interface Start {
  readonly ports: Ports;
  readonly scope: ToolScope;
  readonly authorized: Authorized;
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function start({ ports, scope, authorized, command, cwd, env }: Start): Promise<void> {
  const { taskId, callId } = scope;
  const commandId = ownCommand(scope, callId);
  const request = { command, cwd, env, commandId, taskId, roots: scope.roots };
  const onOutput = (text: string): void => ports.live(taskId, { type: 'output', callId, text });
  const started = await ports.commands.start(authorized, request, onOutput);
  try {
    await scope.record({ type: 'command-started', callId, commandId, command, ...started });
  } catch (cause) {
    // What is not in the journal could not be found again after a crash.
    await ports.commands.stop(commandId);
    throw cause;
  }
}

async function folderOf(
  ports: Ports,
  scope: ToolScope,
  cwd: string | undefined,
): Promise<{ real: string; zone: Effect['zone'] }> {
  const folder = await resolvePath(ports, scope.roots, cwd ?? '.');
  if (folder.kind === 'directory') return folder;
  throw new MagusError('tool-input', `${folder.shown} is not a folder. Give an existing folder as cwd.`, {
    code: 'BAD_PATH',
  });
}

/** Variables can change which program a name means, so they are part of what is decided. */
function environmentEffects(env: Readonly<Record<string, string>>, zone: Effect['zone']): readonly Effect[] {
  return Object.keys(env)
    .sort()
    .map((name) => {
      const effect: Effect = { verb: 'run', object: `env ${name}=${env[name]}`, zone };
      return decidesWhatRuns(name)
        ? { ...effect, protects: `the variable ${name}, which decides what code runs` }
        : effect;
    });
}

async function outputOf(ports: Ports, scope: ToolScope, { commandId }: CommandState): Promise<string> {
  return shownOutput(await plainText(await ports.commands.readOutput(commandId)), scope.callId);
}

async function ended(ports: Ports, scope: ToolScope, state: CommandState): Promise<ToolResult> {
  const output = await outputOf(ports, scope, state);
  const code = state.exitCode === null ? 'SIGNAL' : String(state.exitCode);
  const head = state.exitCode === null ? 'ended by a signal' : `exit code ${code}`;
  const body = `${head} after ${seconds(state.durationMs)}\n${output === '' ? '(no output)' : output}`;
  const content = [body, ...sandboxNotes(state, output, ports.policy().hosts)].join('\n');
  if (state.exitCode === 0) return { ok: true, content, exitCode: 0 };
  const message =
    state.exitCode === null ? 'The command was ended by a signal.' : `The command ended with exit code ${code}.`;
  return {
    ok: false,
    content,
    error: { kind: 'tool-failed', code: `EXIT_${code}`, message },
    exitCode: state.exitCode,
  };
}

async function timedOut(ports: Ports, scope: ToolScope, state: CommandState, timeoutMs: number): Promise<ToolResult> {
  const output = await outputOf(ports, scope, state);
  const message = `The command was ended after its time limit of ${seconds(timeoutMs)}. Give a longer timeout_s, or background: true for one that stays.`;
  const content = `timed out after ${seconds(state.durationMs)}; nothing of it runs any more\n${output}\n${message}`;
  return { ok: false, content, error: { kind: 'tool-failed', code: 'TIMEOUT', message }, exitCode: state.exitCode };
}

function startedInBackground(commandId: string): ToolResult {
  const content = `running in the background as ${commandId}; see it with command_output {"id":"${commandId}","mode":"tail"}, end it with command_stop`;
  return { ok: true, content };
}
