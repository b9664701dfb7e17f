import { realpathSync, statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { composePorts, localModels } from '../compose.ts';
import { runTask } from '../core/agents/coordinator.ts';
import { resumeTask } from '../core/agents/resume-task.ts';
import { createTask } from '../core/agents/start-task.ts';
import { MagusError } from '../core/errors/magus-error.ts';
import type { Ports } from '../core/ports.ts';
import { dataHome } from '../data-home.ts';
import { headlessEditor, indexWanted } from './headless.ts';
import { keepRule } from './keep-rule.ts';
import { parseRunOptions, type RunOptions, secretInEnvironment, secretsInEnvironment } from './options.ts';
import { exitCodeOf } from './report.ts';
import { terminalPeople } from './terminal-people.ts';
import { terminalView } from './terminal-view.ts';

/** `openmagus run`: a new task from a goal. */
export async function run(words: readonly string[]): Promise<number> {
  const options = parseRunOptions(words);
  const goal =
    options.words.length === 1 && options.words[0] === '-' ? await text(process.stdin) : options.words.join(' ');
  const { mode, approve, limits, memory, lessons } = options;
  const roots = [workspaceFolder(options.workspace)];
  return follow(options, (ports) => createTask(ports, { goal, mode, approve, limits, memory, lessons, roots }));
}

/** `openmagus resume TASK`: goes on where the log of a task ends. */
export async function resume(words: readonly string[]): Promise<number> {
  const options = parseRunOptions(words);
  const taskId = options.words[0];
  if (taskId === undefined) throw new MagusError('user-input', 'Which task? List them with: openmagus tasks');
  return follow(options, async (ports) => {
    await resumeTask(ports, taskId, options);
    return taskId;
  });
}

async function follow(options: RunOptions, begin: (ports: Ports) => Promise<string>): Promise<number> {
  const view = terminalView(options.json);
  const { ports, close } = await composePorts({
    home: dataHome(),
    models: options.models ?? (await localModels()),
    secretOf: async (name) => secretInEnvironment(name),
    secretNames: async () => secretsInEnvironment(),
    people: terminalPeople(options.json, keepRule),
    editor: headlessEditor,
    ripgrep: [],
    onEvent: view.onEvent,
    onLive: view.onLive,
    onWarning: (warning) => process.stderr.write(`openmagus: ${warning}\n`),
    indexes: indexWanted(),
    onIndexState: () => {},
  });
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const taskId = await begin(ports);
    const state = await runTask(ports, taskId, cancel.signal);
    if (!state.ended)
      process.stderr.write(
        `openmagus: the task waits for a decision and nobody is here to make it. Go on with: openmagus resume ${taskId} --approve ask\n`,
      );
    else if (state.ended.error || state.ended.status === 'failed')
      process.stderr.write(
        `openmagus: ${state.ended.error?.message ?? 'the task failed; its last words say why.'}\nGo on with: openmagus resume ${taskId}\n`,
      );
    return exitCodeOf(state);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await close();
  }
}

function workspaceFolder(folder: string): string {
  try {
    if (statSync(folder).isDirectory()) return realpathSync(folder);
  } catch {
    // Falls through to the same message: a folder that cannot be looked at is no workspace.
  }
  throw new MagusError('user-input', `--workspace ${folder} is not a folder.`);
}
