import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { OpenMagusApi } from '../../../src/host/api.ts';
import type { Confirmation, Confirmer } from '../../../src/host/confirm.ts';
import type { IndexWatch } from '../../../src/host/index-watch.ts';
import type { Desk } from '../../../src/host/people.ts';
import type { LoggedEvent, TaskEvent, TaskStatus } from '../../../src/protocol/task-event.ts';
import type { TaskMode } from '../../../src/protocol/task-start.ts';
import {
  type ScriptedModel,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedModel,
} from '../../support/scripted-model.ts';
import { until } from '../../support/until.ts';

/** What the extension gives away, and in a test run its desk as well, where a person's answers arrive. */
export type TestApi = OpenMagusApi & {
  readonly desk: Desk;
  readonly index: IndexWatch;
  readonly confirmer: Confirmer;
  readonly participant: vscode.ChatParticipant;
};

export async function activated(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>('openmagus.openmagus');
  assert.ok(extension, 'the extension is not there');
  return extension.activate();
}

/** A model on loopback, and settings that name it; `approvals` as a user would set them. */
export async function useModel(
  reply: (request: ScriptedRequest) => ScriptedReply | undefined,
  approvals: 'ask' | 'edits' | 'auto' = 'auto',
): Promise<ScriptedModel> {
  const model = await startScriptedModel(reply);
  // After a task nobody asks the model for lessons: the last request is the task's own.
  await setSettings({ models: { baseURL: model.url, model: 'scripted' }, approvals, 'memory.lessons': false });
  models.push(model);
  return model;
}
const models: ScriptedModel[] = [];

/** Ends what `useModel` began. */
export async function forgetModels(): Promise<void> {
  await Promise.all(models.splice(0).map((model) => model.close()));
  await setSettings({ models: undefined, approvals: undefined });
}

export async function setSettings(values: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const settings = vscode.workspace.getConfiguration('openmagus');
    const holds = (): boolean =>
      isDeepStrictEqual(vscode.workspace.getConfiguration('openmagus').inspect(name)?.globalValue, value);
    if (holds()) continue;
    await settings.update(name, value, vscode.ConfigurationTarget.Global);
    await eventually(holds, `setting ${name}`);
  }
}

/** Answers every dialog of the commands run inside and tells which there were. */
export async function answering(answer: boolean, action: () => PromiseLike<unknown>): Promise<readonly Confirmation[]> {
  const { confirmer } = await activated();
  const inDialog = confirmer.confirm;
  const asked: Confirmation[] = [];
  confirmer.confirm = async (confirmation) => {
    asked.push(confirmation);
    return answer;
  };
  try {
    await action();
  } finally {
    confirmer.confirm = inDialog;
  }
  return asked;
}

/** Runs a command whose messages nobody answers: they are closed until it has ended. */
export async function unanswered(command: string, ...given: readonly unknown[]): Promise<void> {
  let ended = false;
  const running = Promise.resolve(vscode.commands.executeCommand(command, ...given)).finally(() => {
    ended = true;
  });
  await eventually(async () => {
    await vscode.commands.executeCommand('notifications.clearAll');
    return ended;
  }, `${command} to end`);
  await running;
}

export function folder(index = 0): string {
  const found = vscode.workspace.workspaceFolders?.[index];
  assert.ok(found, 'no folder is open');
  return found.uri.fsPath;
}

/** Empties the folder and writes these files. */
export async function writeProject(files: Readonly<Record<string, string>>): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  for (const [name] of await vscode.workspace.fs.readDirectory(vscode.Uri.file(folder())))
    await rm(path.join(folder(), name), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder(), name)), { recursive: true });
    await writeFile(path.join(folder(), name), text);
  }
}

export function textOf(name: string): Promise<string> {
  return readFile(path.join(folder(), name), 'utf8');
}

/** Starts a task and follows it. */
export async function startTask(goal: string, mode?: TaskMode): Promise<Followed> {
  const api = await activated();
  return follow(await api.startTask({ goal, ...(mode ? { mode } : {}) }));
}

export interface Followed {
  readonly taskId: string;
  readonly log: readonly LoggedEvent[];
  events<T extends TaskEvent['type']>(type: T): readonly Extract<TaskEvent, { type: T }>[];
  /** Waits for the nth event of a type; for one that asks, until the desk has it. */
  next<T extends TaskEvent['type']>(type: T, count?: number): Promise<Extract<TaskEvent, { type: T }>>;
  /** The status of the end, and when the task no longer runs. */
  end(count?: number): Promise<TaskStatus>;
}

/** Events after which a task waits for a person. */
const asking: ReadonlySet<TaskEvent['type']> = new Set(['plan-proposed', 'approval-requested', 'question-asked']);

export async function follow(taskId: string): Promise<Followed> {
  const api = await activated();
  const log: LoggedEvent[] = [];
  api.onEvent(taskId, 0, (event) => log.push(event));
  const events = <T extends TaskEvent['type']>(type: T) =>
    log.flatMap(({ event }) => (event.type === type ? [event as Extract<TaskEvent, { type: T }>] : []));
  const next = async <T extends TaskEvent['type']>(type: T, count = 1) => {
    await eventually(() => events(type).length >= count, `${type} in a log that has ${typesOf(log)}`);
    const found = events(type)[count - 1];
    assert.ok(found);
    // The question is on disk before it is asked.
    if (asking.has(type)) await eventually(() => api.desk.waiting().includes(taskId), `the task to wait after ${type}`);
    return found;
  };
  return {
    taskId,
    log,
    events,
    next,
    end: async (count = 1) => {
      const { status } = await next('task-ended', count);
      await eventually(
        async () => (await api.tasks()).every((task) => task.taskId !== taskId || !task.running),
        'the task to stop running',
      );
      return status;
    },
  };
}

/** The task a command has begun: the newest of the list, once there are more than before. */
export async function taskBegunBy(action: () => PromiseLike<unknown>): Promise<Followed> {
  const api = await activated();
  const known = new Set((await api.tasks()).map((task) => task.taskId));
  await action();
  let begun: string | undefined;
  await eventually(async () => {
    begun = (await api.tasks()).find((task) => !known.has(task.taskId))?.taskId;
    return begun !== undefined;
  }, 'a new task');
  assert.ok(begun);
  return follow(begun);
}

export function eventually(holds: () => boolean | Promise<boolean>, what: string, ms = 30_000): Promise<void> {
  return until(holds, ms, 25, what);
}

/** What the tools of the step told the model so far, newest last. */
export function toolTexts(request: ScriptedRequest | undefined): readonly string[] {
  return (request?.messages ?? []).flatMap((message) => (message.role === 'tool' ? [String(message.content)] : []));
}

function typesOf(log: readonly LoggedEvent[]): string {
  return log.map(({ event }) => event.type).join(' ');
}
