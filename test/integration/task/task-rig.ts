import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { composePorts } from '../../../src/compose.ts';
import { runTask } from '../../../src/core/agents/coordinator.ts';
import { resumeTask } from '../../../src/core/agents/resume-task.ts';
import { createTask } from '../../../src/core/agents/start-task.ts';
import { parseModelConfiguration } from '../../../src/core/models/parse-configuration.ts';
import type { People, Ports } from '../../../src/core/ports.ts';
import type { TaskState } from '../../../src/core/task/state.ts';
import type { LoggedEvent, TaskEvent } from '../../../src/protocol/task-event.ts';
import type { TaskStart } from '../../../src/protocol/task-start.ts';
import {
  type ScriptedCall,
  type ScriptedModel,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedModel,
} from '../../support/scripted-model.ts';
import { unconfined } from '../../support/unconfined.ts';
import { assertValidPrefixes } from '../../support/valid-transcript.ts';

export const nobody: People = {
  approve: async () => undefined,
  resolvePlan: async () => undefined,
  answer: async () => undefined,
};
export const yes: People = {
  approve: async () => true,
  resolvePlan: async (_taskId, plan) => plan,
  answer: async () => 'yes',
};

export interface TaskRig {
  /** Real path of the workspace. */
  readonly root: string;
  readonly home: string;
  readonly model: ScriptedModel;
  /** What the model answers from now on; without an answer it says "Done.". */
  script(reply: (request: ScriptedRequest) => ScriptedReply | undefined): void;
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  text(name: string): Promise<string>;
  /** Runs a new task to where it stops, over ports of its own. */
  run(start: Partial<TaskStart> & { goal: string }, session?: Session): Promise<Outcome>;
  resume(taskId: string, session?: Session): Promise<Outcome>;
  log(taskId: string): Promise<readonly LoggedEvent[]>;
  /** Real ports, closed by `remove` at the latest. */
  open(session?: Session): Promise<{ readonly ports: Ports; close(): Promise<void> }>;
  remove(): Promise<void>;
}

export interface Session {
  readonly people?: People;
  readonly signal?: AbortSignal;
  /** Words of a model configuration, beside the address; null: no model is configured. */
  readonly models?: Readonly<Record<string, unknown>> | null;
  /** Of every endpoint. */
  readonly key?: string;
  readonly approve?: TaskStart['approve'];
  readonly limits?: TaskStart['limits'];
  readonly secretOf?: (name: string) => Promise<string | undefined>;
  readonly secretNames?: readonly string[];
  readonly onEvent?: (event: LoggedEvent) => void;
}

export interface Outcome {
  readonly taskId: string;
  readonly state: TaskState;
  readonly events: readonly TaskEvent[];
  of<T extends TaskEvent['type']>(type: T): readonly Extract<TaskEvent, { type: T }>[];
}

/** A folder, a home and a scripted model; everything else is real. Without `approve`, tasks run in mode auto-approve. */
export async function taskRig(): Promise<TaskRig> {
  const base = await realpath(await mkdtemp(path.join(tmpdir(), 'magus-task-')));
  const root = path.join(base, 'work');
  const home = path.join(base, 'home');
  await mkdir(root);
  unconfined(home);
  let reply: (request: ScriptedRequest) => ScriptedReply | undefined = () => undefined;
  const model = await startScriptedModel((request) => reply(request));
  const closers = new Set<() => Promise<void>>();
  const rig: TaskRig = {
    root,
    home,
    model,
    script: (next) => {
      reply = next;
    },
    write: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(root, name)), { recursive: true });
        await writeFile(path.join(root, name), content);
      }
    },
    text: (name) => readFile(path.join(root, name), 'utf8'),
    open: async (session = {}) => {
      const written = { baseURL: model.url, model: 'scripted', ...session.models };
      const configuration = parseModelConfiguration(written, 'The test');
      const composed = await composePorts({
        secretOf: session.secretOf ?? (async () => undefined),
        secretNames: async () => session.secretNames ?? [],
        home,
        models:
          session.models === null
            ? undefined
            : { configuration, keyOf: async () => session.key ?? 'sk-secret-test-key' },
        people: session.people ?? nobody,
        editor: { unsaved: () => [], diagnostics: () => undefined },
        ripgrep: [],
        onEvent: session.onEvent ?? (() => undefined),
        onLive: () => undefined,
        onWarning: () => undefined,
        indexes: true,
        onIndexState: () => undefined,
      });
      const close = async (): Promise<void> => {
        if (closers.delete(close)) await composed.close();
      };
      closers.add(close);
      return { ports: composed.ports, close };
    },
    run: async (start, session = {}) => {
      const { ports, close } = await rig.open(session);
      try {
        const taskId = await createTask(ports, {
          approve: 'auto',
          limits: { maxTurns: 100 },
          roots: [root],
          lessons: false,
          ...start,
        });
        return await follow(ports, taskId, session);
      } finally {
        await close();
      }
    },
    resume: async (taskId, session = {}) => {
      const { ports, close } = await rig.open(session);
      try {
        const { approve = 'auto', limits = { maxTurns: 100 } } = session;
        await resumeTask(ports, taskId, { approve, limits });
        return await follow(ports, taskId, session);
      } finally {
        await close();
      }
    },
    log: async (taskId) => {
      const { ports, close } = await rig.open();
      const events = await ports.log.read(taskId);
      await close();
      return events;
    },
    remove: async () => {
      for (const close of closers) await close();
      await model.close();
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return rig;
}

async function follow(ports: Ports, taskId: string, { signal }: Session): Promise<Outcome> {
  const state = await runTask(ports, taskId, signal ?? new AbortController().signal);
  const log = await ports.log.read(taskId);
  assertValidPrefixes(log);
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
  );
  const events = log.map(({ event }) => event);
  const of = <T extends TaskEvent['type']>(type: T) =>
    events.flatMap((event) => (event.type === type ? [event as Extract<TaskEvent, { type: T }>] : []));
  return { taskId, state, events, of };
}

/** Replies one after the other for those who are offered the tool: `propose_plan` is the Planner, `edit_file` the Executor. */
export function turns(
  tool: string,
  replies: readonly ScriptedReply[],
): (request: ScriptedRequest) => ScriptedReply | undefined {
  const left = [...replies];
  return (request) => (request.tools.includes(tool) ? left.shift() : undefined);
}

export function calls(...made: readonly ScriptedCall[]): ScriptedReply {
  return { calls: made };
}

export function finish(summary = 'Did it.'): ScriptedCall {
  return { name: 'finish_step', args: { summary } };
}

export interface PlannedStep {
  readonly id: string;
  readonly title?: string;
  readonly instructions?: string;
  readonly after?: readonly string[];
  readonly writes?: readonly string[];
  readonly check?: string;
}

export function proposal(...steps: readonly PlannedStep[]): ScriptedCall {
  const whole = steps.map((step) => ({ title: step.id, instructions: `Do ${step.id}.`, ...step }));
  return { name: 'propose_plan', args: { steps: whole } };
}

/** What the calls of a request were answered, oldest first. */
export function answers(request: ScriptedRequest | undefined): readonly string[] {
  return (request?.messages ?? []).flatMap(({ role, content }) => (role === 'tool' ? [String(content)] : []));
}

/** Every file below a folder with its bytes, to see that nothing was touched. */
export async function treeOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const read = files.sort().map(async (file) => [path.relative(folder, file), await readFile(file, 'base64')]);
  return Object.fromEntries(await Promise.all(read)) as Record<string, string>;
}
