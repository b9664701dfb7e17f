import { type ChildProcess, execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import spawn from 'cross-spawn';
import { MagusError } from '../../core/errors/magus-error.ts';

export interface ProcessToStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Characters of one message. */
const longestLine = 32 * 1024 * 1024;
/** Bytes in `floodWindowMs` above which a server floods. */
const floodBytes = 64 * 1024 * 1024;
const floodWindowMs = 10_000;
const keptErrors = 4000;
const politeMs = 500;

/**
 * A server as a child process in a group of its own, so that all it started ends with it. It is not the transport of the
 * SDK, which ends the process alone and reads lines of any length. The process gets the few variables that the SDK lets
 * through, and its own; never the whole environment.
 */
export class StdioProcess implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Why it was ended, if not by us. */
  fault: string | undefined;
  readonly #toStart: ProcessToStart;
  #child: ChildProcess | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #window = { since: 0, bytes: 0 };
  #errors = '';
  readonly #closed = Promise.withResolvers<void>();

  constructor(toStart: ProcessToStart) {
    this.#toStart = toStart;
  }

  /** The last words that it wrote to stderr. */
  get lastWords(): string {
    return this.#errors.trim();
  }

  async start(): Promise<void> {
    const { command, args, env, cwd } = this.#toStart;
    const child = spawn(command, [...args], {
      cwd,
      env: { ...getDefaultEnvironment(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child = child;
    const started = Promise.withResolvers<void>();
    child.once('spawn', started.resolve);
    child.once('error', (error) => {
      started.reject(error);
      this.onerror?.(error);
    });
    child.once('close', (code, signal) => {
      this.fault ??= signal === null ? `It ended with exit code ${code ?? 'unknown'}.` : `It was ended by ${signal}.`;
      // What it left running has nobody to talk to.
      void endTree(child, 'SIGKILL');
      this.#closed.resolve();
      this.onclose?.();
    });
    child.stdin?.on('error', () => {});
    child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString('utf8')).slice(-keptErrors);
    });
    await started.promise;
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const input = this.#child?.stdin;
    try {
      if (!input?.writable) throw new MagusError('tool-failed', 'The server does not run any more.');
      await new Promise<void>((resolve, reject) => {
        input.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      // It has hung up: its last words and its exit code come right after.
      await Promise.race([this.#closed.promise, sleep(politeMs)]);
      throw error;
    }
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.fault ??= 'It was ended.';
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.stdin?.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if ((await Promise.race([ended, sleep(politeMs, 'late')])) !== 'late') return;
      await endTree(child, signal);
    }
    await Promise.race([ended, sleep(politeMs)]);
  }

  #read(chunk: Buffer): void {
    if (this.#floods(chunk.length)) {
      this.#giveUp('It floods: more than 64 MB within 10 seconds.');
      return;
    }
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.#waiting, chunk.subarray(from, end)]).toString('utf8');
      this.#waiting = [];
      this.#waitingBytes = 0;
      from = end + 1;
      this.#take(line);
    }
    const rest = chunk.subarray(from);
    if (rest.length > 0) this.#waiting.push(rest);
    this.#waitingBytes += rest.length;
    if (this.#waitingBytes > longestLine) this.#giveUp('It sent a message of more than 32 MB.');
  }

  /** Lines that are no messages are left aside: programs print things. */
  #take(line: string): void {
    if (!line.startsWith('{')) return;
    try {
      this.onmessage?.(JSONRPCMessageSchema.parse(JSON.parse(line)));
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new MagusError('tool-failed', String(error)));
    }
  }

  #floods(bytes: number): boolean {
    const now = performance.now();
    if (now - this.#window.since > floodWindowMs) this.#window = { since: now, bytes: 0 };
    this.#window.bytes += bytes;
    return this.#window.bytes > floodBytes;
  }

  #giveUp(fault: string): void {
    this.fault ??= fault;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#child?.stdout?.destroy();
    if (this.#child) void endTree(this.#child, 'SIGKILL');
  }
}

async function endTree({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    await new Promise<void>((resolve) => {
      execFile('taskkill', ['/pid', String(pid), '/T', '/F'], () => resolve());
    });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
