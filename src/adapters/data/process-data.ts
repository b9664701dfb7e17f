import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataCall, DataFiles, DataSource, Inspection, QueryAnswer } from '../../core/data-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Scratch } from '../../core/scratch-port.ts';
import { assertAuthorized } from '../../core/security/authorized.ts';
import type { DataOutput, DataPlace, DataReply, DataRequest, Rendered } from './data-protocol.ts';

/** An inspection looks at a bounded number of cells, but a slow disk may take long. */
const inspectMs = 120_000;
/** Bytes of whole results that are kept, all tasks together; the oldest go first. */
const mostKept = 500_000_000;

/** Without what each request has of its own place. */
type Work = DataRequest extends infer Each ? (Each extends DataRequest ? Omit<Each, 'place'> : never) : never;

/**
 * Each call is a process of its own: a query that never ends, or a native library that crashes, ends with it and with nothing else.
 * `entry`: the file that the process runs; `home`: the user's data; `folders`: where each has one of its own.
 */
export function processData(entry: string, home: string, folders: Scratch): DataFiles {
  const results = join(home, 'results');
  const keptPath = (taskId: string, callId: string): string =>
    join(results, `${fileName(taskId)}.${fileName(callId)}.jsonl`);
  const run = async <Output>(
    call: DataCall,
    sources: readonly DataSource[],
    { work, timeoutMs, finish }: Job<Output>,
    signal: AbortSignal,
  ): Promise<Output> => {
    for (const { path } of sources) assertAuthorized(call.authorized, 'read', path);
    signal.throwIfAborted();
    const scratch = await folders.make();
    try {
      const place = { scratch, packages: join(home, 'packages'), asker: process.pid, timeoutMs };
      const output = await ask(entry, { ...work(scratch), place }, call.onProgress, signal);
      return await finish(output);
    } finally {
      await folders.remove(scratch);
    }
  };
  return {
    keptPath,
    inspect: (call, source, signal) => {
      const work = (): Work => ({ work: 'inspect', source });
      return run(call, [source], { work, timeoutMs: inspectMs, finish: async (out) => out as Inspection }, signal);
    },
    query: async (call, query, signal) => {
      const keepAt = keptPath(call.taskId, call.callId);
      await makeRoom(results);
      const work = (): Work => ({ work: 'query', query, keepAt });
      const { timeoutMs } = query;
      return run(call, query.sources, { work, timeoutMs, finish: async (out) => out as QueryAnswer }, signal);
    },
    render: (call, query, format, signal) => {
      let to = '';
      const work = (scratch: string): Work => {
        to = join(scratch, `result.${format}`);
        return { work: 'render', query, format, to };
      };
      const finish = async (
        out: DataOutput,
      ): Promise<{ content: Uint8Array; rows: number; notes: readonly string[] }> => {
        const { rows, notes } = out as Rendered;
        return { content: await readFile(to), rows, notes };
      };
      return run(call, query.sources, { work, timeoutMs: query.timeoutMs, finish }, signal);
    },
  };
}

interface Job<Output> {
  readonly timeoutMs: number;
  work(scratch: string): Work;
  finish(output: DataOutput): Promise<Output>;
}

async function ask(
  entry: string,
  request: DataRequest,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<DataOutput> {
  const child = start(entry, request.place);
  const answered = Promise.withResolvers<DataOutput>();
  const gone = Promise.withResolvers<void>();
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  child.on('message', (reply: DataReply) => {
    if (reply.type === 'progress') onProgress(reply.text);
    else if (reply.type === 'done') answered.resolve(reply.output);
    else {
      const { kind, message, code } = reply.error;
      answered.reject(new MagusError(kind, message, code === undefined ? {} : { code }));
    }
  });
  child.on('error', (error) => answered.reject(crashed(error.message)));
  child.on('close', (code, ended) => {
    answered.reject(ended === 'SIGKILL' ? overrun() : crashed(said.trim() || `exit code ${code}`));
    gone.resolve();
  });
  const stop = (): void => answered.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const { timeoutMs } = request.place;
  const timer = setTimeout(() => answered.reject(timedOut(timeoutMs)), timeoutMs);
  child.send(request);
  try {
    return await answered.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    child.kill('SIGKILL');
    await gone.promise;
  }
}

/** It gets nothing of the environment that it does not need: no keys, no options for Node. */
function start(entry: string, { scratch }: DataPlace): ChildProcess {
  const kept = ['PATH', 'SystemRoot', 'TZ', 'LANG', 'LC_ALL'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return fork(entry, [], {
    // Rows are short-lived: more room for them would only make the process bigger.
    execArgv: ['--max-semi-space-size=4'],
    env: { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1', SQLITE_TMPDIR: scratch, TMPDIR: scratch },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    cwd: scratch,
  });
}

function fileName(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, (character) => `+${character.charCodeAt(0).toString(16)}`).slice(0, 100);
}

async function makeRoom(folder: string): Promise<void> {
  const files = names(folder).map((name) => {
    const path = join(folder, name);
    const { size = 0, mtimeMs = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    return { path, size, mtimeMs };
  });
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((left, right) => left.mtimeMs - right.mtimeMs)) {
    if (total <= mostKept) return;
    await rm(path, { force: true });
    total -= size;
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function timedOut(timeoutMs: number): MagusError {
  return new MagusError(
    'tool-failed',
    `The query was ended after its time limit of ${timeoutMs / 1000} s; nothing of it runs any more. Look whether it multiplies tables (a join without a condition) or never ends (a recursion without a limit), or give a longer timeout_s.`,
    { code: 'TIMEOUT' },
  );
}

function overrun(): MagusError {
  return new MagusError(
    'tool-failed',
    'The query was ended because it took more than 2 GB of memory. Filter earlier, or read fewer columns.',
    { code: 'TOO_LARGE' },
  );
}

function crashed(said: string): MagusError {
  return new MagusError('tool-failed', `The process that reads data ended early: ${said}. Try again.`, {
    code: 'CRASHED',
  });
}
