import * as vscode from 'vscode';
import { MagusError, toMagusError } from '../../core/errors/magus-error.ts';
import type { MemoryReplica } from '../../core/memory/memory-ports.ts';
import type { Ports } from '../../core/ports.ts';
import type { Host } from '../commands.ts';

/** Everything once more to each configured server, then checksums. Cancelling pauses it. */
export async function migrateMemory({ tasks, log }: Pick<Host, 'tasks' | 'log'>): Promise<void> {
  const ports = await tasks.ports();
  const replicas = await ports.memory.replicas();
  if (replicas.length === 0)
    throw new MagusError(
      'configuration',
      'No memory server is configured. Name Redis, Chroma or Neo4j in memory.json in the data folder, then reload the window.',
      { code: 'NO_MEMORY_SERVER' },
    );
  const location = vscode.ProgressLocation.Notification;
  const outcome = await vscode.window.withProgress(
    { location, title: 'OpenMagus: migrating memory', cancellable: true },
    async (progress, token) => {
      const pause = new AbortController();
      token.onCancellationRequested(() => pause.abort());
      const lines: string[] = [];
      for (const replica of replicas)
        lines.push(await migrateOne(ports, replica, (message) => progress.report({ message }), pause.signal));
      return lines;
    },
  );
  for (const line of outcome) log.info(line);
  void vscode.window.showInformationMessage(`OpenMagus: ${outcome.join('; ')}`);
}

async function migrateOne(
  ports: Ports,
  replica: MemoryReplica,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const { migrate } = await import('../../core/memory/migrate.ts');
  try {
    const onSent = (sent: { readonly put: number }, waiting: number): void =>
      report(`${replica.name}: ${sent.put} sent, ${waiting} to go`);
    const { count, replicaCount, equal } = await migrate(ports, replica, onSent, signal);
    return `${replica.name} has ${replicaCount} of ${count}, checksums ${equal ? 'equal' : 'differ: migrate again'}`;
  } catch (caught) {
    if (signal.aborted) return `${replica.name}: paused, the rest is sent later`;
    return `${replica.name}: ${toMagusError(caught).message}`;
  }
}
