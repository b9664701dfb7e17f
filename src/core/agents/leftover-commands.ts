import { beginningOf } from '../beginning-of.ts';
import type { FormerCommand, Survivor } from '../ports.ts';
import type { CallState } from '../task/state.ts';
import { ownCommand } from '../tools/own-command.ts';
import type { TaskRun } from './task-run.ts';

const endIt = 'End it';
const leaveIt = 'Leave it running';

/** Offers to end what a former session left running, each by a question that is on disk; without an answer it is left alone. */
export async function offerToEndLeftovers(run: TaskRun, signal: AbortSignal): Promise<void> {
  for (const survivor of await leftovers(run)) {
    const callId = `left-${survivor.command.commandId}-${run.state.calls.size}`;
    const conversation = 'harness';
    const title = `Ask about ${processes(survivor)}`;
    const question = `A command of a former session still runs as ${processes(survivor)}: ${beginningOf(textOf(run, survivor), 500)}`;
    const choices = [endIt, leaveIt];
    await run.emit(
      { type: 'tool-call-started', conversation, callId, name: 'ask_user', title },
      { type: 'question-asked', callId, question, choices },
    );
    const answer = await run.ports.people.answer(run.state.taskId, { callId, question, choices }, signal);
    signal.throwIfAborted();
    const ends = answer?.trim().toLowerCase() === endIt.toLowerCase();
    if (ends) await run.ports.commands.end(survivor.command);
    const content = answer === undefined ? 'Nobody is here to answer.' : ends ? endIt : leaveIt;
    await run.emit({ type: 'tool-call-ended', conversation, callId, ok: true, content, durationMs: 0 });
    if (answer === undefined) await run.emit({ type: 'warning', message: stillRuns(run, survivor) });
  }
}

/** Ends what this task has running in this session: nothing of a task that was stopped goes on by itself. */
export async function endOwnCommands(run: TaskRun): Promise<void> {
  const running = commandsOf(run).filter(({ commandId }) => run.ports.commands.state(commandId)?.running);
  await Promise.all(running.map(({ commandId }) => run.ports.commands.stop(commandId)));
}

async function leftovers(run: TaskRun): Promise<readonly Survivor[]> {
  return run.ports.commands.survivors(commandsOf(run));
}

/** Every command of the task, also one that was cut off right before its process was logged. */
function commandsOf(run: TaskRun): readonly FormerCommand[] {
  return [...run.state.calls.values()].flatMap((call) => formerCommand(run.state.taskId, call) ?? []);
}

export function formerCommand(taskId: string, { callId, name, command, ended }: CallState): FormerCommand | undefined {
  if (command) {
    const { commandId, pid, bornAt } = command;
    return { taskId, commandId, process: { pid, bornAt } };
  }
  return name === 'run_command' && !ended ? { taskId, commandId: ownCommand({ taskId }, callId) } : undefined;
}

function textOf(run: TaskRun, { command }: Survivor): string {
  const logged = [...run.state.calls.values()].find((call) => call.command?.commandId === command.commandId);
  return logged?.command?.command ?? 'it had just been started';
}

export function processes({ pids }: Survivor): string {
  return `process ${pids.slice(0, 10).join(', ')}`;
}

function stillRuns(run: TaskRun, survivor: Survivor): string {
  return `A command of a former session still runs as ${processes(survivor)} (${beginningOf(textOf(run, survivor), 200)}) and nobody was here to decide, so it was left alone. End it yourself, or resume the task where you can be asked.`;
}
