import path from 'node:path';
import * as vscode from 'vscode';
import { MagusError, toMagusError } from '../../core/errors/magus-error.ts';
import type { MemoryReplica } from '../../core/memory/memory-ports.ts';
import type { Migrated } from '../../core/memory/migrate-replica.ts';
import type { Ports } from '../../core/ports.ts';
import { dataHome } from '../../data-home.ts';
import type { MigrationPicture, ServerMigration } from '../../protocol/panel.ts';
import type { TaskService } from '../task-service.ts';
import { requireTrust } from './memory-desk.ts';

type Act = 'pause' | 'go-on' | 'cancel' | 'dismiss';

/** Everything remembered, sent to the configured servers one after the other; the panel shows how far it is. */
export class MemoryMigration implements vscode.Disposable {
  readonly #tasks: TaskService;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onChange = this.#changes.event;
  #picture: MigrationPicture | undefined;
  #ending: AbortController | undefined;
  /** Open while it is paused. */
  #pause: { readonly over: Promise<void>; end(): void } | undefined;

  constructor(tasks: TaskService) {
    this.#tasks = tasks;
  }

  /** undefined: none runs, and no ended one is left to look at. */
  get picture(): MigrationPicture | undefined {
    return this.#picture;
  }

  /** Begins unless one runs; it goes on by itself. Throws `configuration` when no server is named. */
  async begin(): Promise<void> {
    requireTrust();
    if (this.#ending) return;
    const ending = new AbortController();
    this.#ending = ending;
    try {
      const ports = await this.#tasks.ports();
      const replicas = await ports.memory.replicas();
      if (replicas.length === 0) throw noServer();
      const servers = replicas.map(
        ({ name, kind }) => ({ name, kind, state: 'waits', sent: 0, total: 0, words: '' }) as const,
      );
      this.#show({ state: 'runs', servers });
      void this.#run(ports, replicas, ending.signal).finally(() => {
        this.#ending = undefined;
      });
    } catch (error) {
      this.#ending = undefined;
      throw error;
    }
  }

  act(act: Act): void {
    const picture = this.#picture;
    if (!picture) return;
    if (act === 'cancel') this.#ending?.abort(new MagusError('cancelled', 'Cancelled.'));
    if (act === 'pause' && picture.state === 'runs') {
      this.#pause = pause();
      this.#show({ ...picture, state: 'paused' });
    } else if (act === 'go-on' && picture.state === 'paused') this.#show({ ...picture, state: 'runs' });
    if (act === 'dismiss' && !this.#ending) this.#show(undefined);
    if (act === 'pause') return;
    this.#pause?.end();
    this.#pause = undefined;
  }

  dispose(): void {
    this.#ending?.abort(new MagusError('cancelled', 'VS Code closes.'));
    this.#pause?.end();
    this.#changes.dispose();
  }

  async #run(ports: Ports, replicas: readonly MemoryReplica[], signal: AbortSignal): Promise<void> {
    for (const replica of replicas) if (!signal.aborted) await this.#migrate(ports, replica, signal);
    if (this.#picture) this.#show({ ...this.#picture, state: signal.aborted ? 'cancelled' : 'ended' });
  }

  async #migrate(ports: Ports, replica: MemoryReplica, signal: AbortSignal): Promise<void> {
    const { name } = replica;
    const { migrateReplica } = await import('../../core/memory/migrate-replica.ts');
    const onBatch = async (sent: number, waiting: number): Promise<void> => {
      this.#tell(name, { sent, total: sent + waiting });
      await this.#pause?.over;
    };
    this.#tell(name, { state: 'runs' });
    try {
      const migrated = await migrateReplica(ports, replica, onBatch, signal);
      const warnings = await replica.warnings(signal);
      this.#tell(name, {
        state: migrated.equal ? 'equal' : 'differs',
        words: [wordsOf(migrated), ...warnings].join(' '),
      });
    } catch (error) {
      if (signal.aborted)
        this.#tell(name, { state: 'waits', words: 'What was sent stays. Migrate again to send the rest.' });
      else this.#tell(name, { state: 'failed', words: `${toMagusError(error).message} Then migrate again.` });
    }
  }

  #tell(name: string, part: Partial<ServerMigration>): void {
    if (!this.#picture) return;
    const servers = this.#picture.servers.map((server) => (server.name === name ? { ...server, ...part } : server));
    this.#show({ ...this.#picture, servers });
  }

  #show(picture: MigrationPicture | undefined): void {
    this.#picture = picture;
    this.#changes.fire();
  }
}

function pause(): { readonly over: Promise<void>; end(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { over: promise, end: resolve };
}

function wordsOf({ count, replicaCount, checksum, replicaChecksum, equal }: Migrated): string {
  const there = `${replicaCount} of ${count} are there, checksum ${replicaChecksum.slice(0, 16)}`;
  return equal
    ? `${there}, equal.`
    : `${there} differs from ${checksum.slice(0, 16)} here. Migrate again, or look at the server.`;
}

function noServer(): MagusError {
  const file = path.join(dataHome(), 'memory.json');
  return new MagusError(
    'configuration',
    `No server is configured. Name Redis, Chroma or Neo4j in ${file} (docs/memory.md shows how), then reload the window.`,
    { code: 'NO_MEMORY_SERVER' },
  );
}
