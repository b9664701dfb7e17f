import type { MemoryKind, MemoryRecord } from '../../protocol/memory.ts';
import type { Ports } from '../ports.ts';
import { secretsOfFolders } from '../security/secrets-of-folders.ts';
import { prepareRecord } from './prepare-record.ts';

const part = 40;
/** Records that are looked through for secrets in one go. */
const atOnce = 8;

export type RememberPorts = Pick<Ports, 'clock' | 'memory' | 'secrets' | 'files'>;

/** Keeps records, without the secrets in them, those of their folders' .env files included; the servers follow by themselves. */
export async function remember(
  { clock, memory, secrets, files }: RememberPorts,
  records: readonly MemoryRecord[],
  signal: AbortSignal,
): Promise<void> {
  if (records.length === 0) return;
  const folders = new Set(records.flatMap(({ workspace }) => foldersOf(workspace)));
  const known = [...secrets(), ...(await secretsOfFolders(files, [...folders]))];
  // In parts, so that the main thread is held by none of them for long.
  let ready: MemoryRecord[] = [];
  for (let start = 0; start < records.length; start += atOnce) {
    if (start > 0) await clock.sleep(0, signal);
    ready.push(...records.slice(start, start + atOnce).map((record) => prepareRecord(record, known)));
    if (ready.length < part) continue;
    await memory.store.put(ready, signal);
    ready = [];
  }
  if (ready.length > 0) await memory.store.put(ready, signal);
  memory.changed();
}

/** "/a:/b" and "C:\\a:D:\\b" are two folders each. */
function foldersOf(workspace: string): readonly string[] {
  return workspace === '' ? [] : workspace.split(/:(?=\/|[A-Za-z]:\\)/);
}

export interface Forgotten {
  readonly count: number;
  /** Servers that did not answer: they are told when they do. */
  readonly waiting: readonly string[];
}

/** Leaves nothing of these records here, and waits a little for the servers to do the same. */
export async function forget(
  { memory }: Pick<Ports, 'memory'>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Forgotten> {
  const known = await memory.store.byIds(ids);
  await memory.store.remove(
    known.map(({ id }) => id),
    signal,
  );
  return { count: known.length, waiting: await memory.settle(forgetMs) };
}

/** The user has looked at what was learned where words from outside were heard: it is told from now on, or forgotten. */
export async function reviewed(
  ports: RememberPorts,
  record: MemoryRecord,
  accepted: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (accepted) await remember(ports, [{ ...record, review: false }], signal);
  else await forget(ports, [record.id], signal);
}

const forgetMs = 5000;

type Words = Pick<MemoryRecord, 'text' | 'source' | 'workspace'> & Partial<MemoryRecord>;

/** A record of this user and moment; what is not said is empty. */
export function newRecord(
  { clock, hash, memory }: Pick<Ports, 'clock' | 'hash' | 'memory'>,
  kind: MemoryKind,
  words: Words,
): MemoryRecord {
  return {
    id: `${kind.slice(0, 2)}-${hash.randomId().slice(0, 12)}`,
    kind,
    namespace: memory.namespace,
    at: new Date(clock.now()).toISOString(),
    title: '',
    taskId: '',
    outcome: '',
    cites: [],
    evidence: [],
    pinned: false,
    review: false,
    validTo: null,
    supersededBy: null,
    trials: [],
    ...words,
  };
}
