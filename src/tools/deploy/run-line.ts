import type { PlannedCommand } from '../../core/deploy/deployment.ts';
import type { FormerCommand, Ports } from '../../core/ports.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import { redact } from '../../core/security/redact.ts';
import { ownCommand } from '../../core/tools/own-command.ts';
import type { ToolScope } from '../../core/tools/tool.ts';
import { plainText } from '../shell/command-text.ts';

/** Where the commands of one call run. */
export interface Place {
  readonly ports: Ports;
  readonly scope: ToolScope;
  readonly authorized: Authorized;
  /** Real path. */
  readonly root: string;
}

export interface Said {
  readonly ok: boolean;
  readonly exitCode: number | null;
  /** Without secrets, as a person would see it at the end. */
  readonly output: string;
  /** The same with what may be secret in it: to be compared, never shown. */
  readonly raw: string;
}

export interface RunLine extends PlannedCommand {
  /** Unique among the commands of the call. */
  readonly part: string;
  readonly timeoutMs: number;
  /** What it says is streamed to whoever watches. */
  readonly shown?: boolean;
  readonly onStarted?: (process: NonNullable<FormerCommand['process']>) => Promise<void>;
}

/** Runs one line to its end, by the same port as run_command; nobody can type into it. */
export async function runLine(place: Place, line: RunLine, signal: AbortSignal): Promise<Said> {
  const { ports, scope, authorized, root } = place;
  const { taskId, callId } = scope;
  const commandId = commandIdOf(scope, line.part);
  const request = { command: line.line, cwd: root, env: {}, commandId, taskId, roots: scope.roots };
  const live = masked(ports, (text) => ports.live(taskId, { type: 'output', callId, text }));
  const started = await ports.commands.start(authorized, request, line.shown ? live.take : () => {});
  try {
    await scope.record({ type: 'command-started', callId, commandId, command: line.line, ...started });
    await line.onStarted?.({ pid: started.pid, bornAt: started.bornAt });
  } catch (cause) {
    await ports.commands.stop(commandId);
    throw cause;
  }
  let state = await ports.commands.wait(commandId, line.timeoutMs, signal);
  const late = state.running;
  if (late) state = await ports.commands.stop(commandId);
  live.end();
  const raw = await plainText(await ports.commands.readOutput(commandId));
  const output = redact(raw, ports.secrets());
  const ok = !late && state.exitCode !== null && [0, ...line.accepts].includes(state.exitCode);
  const note = late ? `\n[ended after ${line.timeoutMs / 1000} s]` : '';
  return { ok, exitCode: state.exitCode, output: `${output}${note}`, raw };
}

export function commandIdOf(scope: ToolScope, part: string): string {
  return `${ownCommand(scope, scope.callId)}-${part}`;
}

/** A secret may come in two pieces, but not on two lines. */
function masked(ports: Pick<Ports, 'secrets'>, show: (text: string) => void) {
  let rest = '';
  return {
    take: (text: string): void => {
      rest += text;
      const end = rest.lastIndexOf('\n') + 1;
      if (end > 0) show(redact(rest.slice(0, end), ports.secrets()));
      rest = rest.slice(end);
    },
    end: (): void => {
      if (rest !== '') show(redact(rest, ports.secrets()));
      rest = '';
    },
  };
}
