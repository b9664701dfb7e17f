import type { TaskEvent } from '../../protocol/task-event.ts';
import type { TaskRun } from './task-run.ts';

type Started = Extract<TaskEvent, { type: 'command-started' }>;

const endIt = 'End it';
const leaveIt = 'Leave it running';

/** Offers to end what a former session left running, each by a question that is on disk; without an answer it is left alone. */
export async function offerToEndLeftovers(run: TaskRun, signal: AbortSignal): Promise<void> {
  for (const command of await leftovers(run)) {
    const callId = `${command.callId}-left-${run.state.calls.size}`;
    const conversation = 'harness';
    const title = `Ask about process ${command.pid}`;
    const question = `A command of a former session still runs as process ${command.pid}: ${command.command.slice(0, 500)}`;
    const choices = [endIt, leaveIt];
    await run.emit(
      { type: 'tool-call-started', conversation, callId, name: 'ask_user', title },
      { type: 'question-asked', callId, question, choices },
    );
    const answer = await run.ports.people.answer(run.state.taskId, { callId, question, choices }, signal);
    signal.throwIfAborted();
    const ends = answer?.trim().toLowerCase() === endIt.toLowerCase();
    if (ends) await run.ports.commands.end(command.pid, command.bornAt);
    const content = answer === undefined ? 'Nobody is here to answer.' : ends ? endIt : leaveIt;
    await run.emit({ type: 'tool-call-ended', conversation, callId, ok: true, content, durationMs: 0 });
    if (answer === undefined) await run.emit({ type: 'warning', message: stillRuns(command) });
  }
}

/** Ends what this task has running in this session: nothing of a task that was stopped goes on by itself. */
export async function endOwnCommands(run: TaskRun): Promise<void> {
  const running = commandsOf(run).filter(({ commandId }) => run.ports.commands.state(commandId)?.running);
  await Promise.all(running.map(({ commandId }) => run.ports.commands.stop(commandId)));
}

async function leftovers(run: TaskRun): Promise<readonly Started[]> {
  const { commands } = run.ports;
  const former = commandsOf(run).filter(({ commandId }) => commands.state(commandId) === undefined);
  const alive = await Promise.all(former.map(({ pid, bornAt }) => commands.alive(pid, bornAt)));
  return former.filter((_command, index) => alive[index]);
}

function commandsOf(run: TaskRun): readonly Started[] {
  return [...run.state.calls.values()].flatMap(({ command }) => (command ? [command] : []));
}

function stillRuns({ command, pid }: Started): string {
  return `A command of a former session still runs as process ${pid} (${command.slice(0, 200)}) and nobody was here to decide, so it was left alone. End it yourself, or resume the task where you can be asked.`;
}
