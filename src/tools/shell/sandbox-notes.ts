import type { CommandState } from '../../core/ports.ts';
import { confinementFailure } from '../../core/security/sandbox.ts';

/** Of more files that were moved only their number is told. */
const mostTold = 20;

/** What the model must know of the sandbox to go on. */
export function sandboxNotes(state: CommandState, output: string, hosts: readonly string[]): readonly string[] {
  if (!state.confined) return [];
  const { setAside = [] } = state;
  const moved = setAside
    .slice(0, mostTold)
    .map(
      ({ path, protects, movedTo }) =>
        `[sandbox] ${path} was made by this command. It is ${protects}, which is asked for in every mode, so it was moved to ${movedTo}. If it is wanted, make it with a file tool or run the command with outside_sandbox: true; the user is asked.`,
    );
  if (setAside.length > mostTold)
    moved.push(`[sandbox] ${setAside.length - mostTold} more protected files that it made were moved beside those.`);
  const failure = state.exitCode === 0 ? undefined : confinementFailure(output, hosts);
  return failure === undefined ? moved : [...moved, failure];
}
