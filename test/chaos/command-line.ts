import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { LoggedEvent } from '../../src/protocol/task-event.ts';
import { projectFolder } from '../support/extension-package.ts';
import { unconfined } from '../support/unconfined.ts';
import { writeWorkspace } from './careful-task.ts';

/** A folder of its own with a workspace and a data home. */
export interface Place {
  readonly workspace: string;
  readonly home: string;
  remove(): Promise<void>;
}

export async function newPlace(fill = writeWorkspace): Promise<Place> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'openmagus-chaos-')));
  const workspace = path.join(folder, 'workspace');
  await fill(workspace);
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const home = path.join(folder, 'home');
  unconfined(home);
  return { workspace, home, remove };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly LoggedEvent[];
  /** The lines as they are, where they are no events. */
  readonly answers: readonly unknown[];
  readonly errors: string;
}

export interface CommandLine {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts the built `openmagus` on a place; `onEvent` sees each line the moment it is out, with its number from 1. */
export function openmagus(
  words: readonly string[],
  place: Pick<Place, 'workspace' | 'home'>,
  onEvent: (event: LoggedEvent, count: number, child: ChildProcess) => void = () => {},
  input?: string,
): CommandLine {
  const child = spawn(process.execPath, [path.join(projectFolder, 'dist', 'cli.js'), ...words], {
    cwd: place.workspace,
    env: { ...process.env, OPENMAGUS_HOME: place.home, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const events: LoggedEvent[] = [];
  let rest = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as LoggedEvent;
      events.push(event);
      onEvent(event, events.length, child);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, events, answers: events, errors }));
  });
  return { process: child, ended };
}

/** What a run that ended otherwise than it should has said. */
export function lastWords({ errors, events }: Ended): string {
  const last = events.slice(-12).map(({ seq, event }) => `${seq} ${JSON.stringify(event).slice(0, 600)}`);
  return [errors, ...last].join('\n');
}

export function modelWords(url: string): readonly string[] {
  return ['--json', '--approve', 'auto', '--model-url', url, '--model', 'scripted'];
}

/** The whole log of the one task of a data home, read past OpenMagus. */
export function logOf(home: string): readonly LoggedEvent[] {
  const database = new DatabaseSync(path.join(home, 'openmagus.db'));
  try {
    const rows = database.prepare('SELECT task_id, seq, at, body FROM event ORDER BY task_id, seq').all();
    return rows.map((row) => ({
      taskId: String(row['task_id']),
      seq: Number(row['seq']),
      at: String(row['at']),
      event: JSON.parse(String(row['body'])) as LoggedEvent['event'],
    }));
  } finally {
    database.close();
  }
}
