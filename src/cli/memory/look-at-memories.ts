import { MagusError } from '../../core/errors/magus-error.ts';
import { remember, reviewed } from '../../core/memory/remember.ts';
import { shareWithTeam } from '../../core/memory/share.ts';
import type { Ports } from '../../core/ports.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { printable } from '../printable.ts';
import { withPorts } from '../with-ports.ts';
import { kindsOf, limitOf, memoryWords } from './memory-words.ts';

/** `openmagus memory list`: the newest first. */
export async function listMemories(words: readonly string[]): Promise<number> {
  const { values } = memoryWords(words, {
    json: { type: 'boolean' },
    kinds: { type: 'string' },
    limit: { type: 'string' },
    workspace: { type: 'string' },
    source: { type: 'string' },
    pinned: { type: 'boolean' },
    review: { type: 'boolean' },
  });
  const { workspace, source, pinned, review } = values;
  const filter = {
    kinds: kindsOf(values.kinds),
    limit: limitOf(values.limit, 50),
    ...(workspace === undefined ? {} : { workspace }),
    ...(source === undefined ? {} : { source }),
    ...(pinned === undefined ? {} : { pinned }),
    ...(review === undefined ? {} : { review }),
  };
  const records = await withPorts(({ memory }) => memory.store.list(filter));
  for (const record of records) process.stdout.write(`${values.json ? JSON.stringify(record) : lineOf(record)}\n`);
  if (records.length === 0 && !values.json) process.stdout.write('Nothing is remembered yet.\n');
  return 0;
}

/** `openmagus memory show ID`: everything known of one. */
export async function showMemory(words: readonly string[]): Promise<number> {
  const record = await withPorts((ports) => find(ports, words));
  process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
  return 0;
}

/** `openmagus memory pin ID [--off]`: pinned memories come first. */
export async function pinMemory(words: readonly string[]): Promise<number> {
  const { values, positionals } = memoryWords(words, { off: { type: 'boolean' } });
  const pinned = !values.off;
  const record = await withPorts(async (ports) => {
    const known = await find(ports, positionals);
    await remember(ports, [{ ...known, pinned }], new AbortController().signal);
    return known;
  });
  process.stdout.write(`${pinned ? 'Pinned' : 'No longer pinned'}: ${printable(record.title)}\n`);
  return 0;
}

/** `openmagus memory share ID`: it becomes the team's. */
export async function shareMemory(words: readonly string[]): Promise<number> {
  const { positionals } = memoryWords(words, {});
  const { id, title, namespace } = await withPorts(async (ports) =>
    shareWithTeam(ports, await find(ports, positionals), new AbortController().signal),
  );
  process.stdout.write(`Shared with ${namespace} as ${id}: ${printable(title)}\n`);
  return 0;
}

/** `openmagus memory review ID --accept | --reject`: what waits is told to tasks from now on, or forgotten. */
export async function reviewMemory(words: readonly string[]): Promise<number> {
  const { values, positionals } = memoryWords(words, { accept: { type: 'boolean' }, reject: { type: 'boolean' } });
  if (values.accept === values.reject)
    throw new MagusError('user-input', 'Accept it or reject it: openmagus memory review ID --accept | --reject');
  const { title } = await withPorts(async (ports) => {
    const known = await find(ports, positionals);
    await reviewed(ports, known, values.accept === true, new AbortController().signal);
    return known;
  });
  process.stdout.write(`${values.accept ? 'Accepted' : 'Rejected and forgotten'}: ${printable(title)}\n`);
  return 0;
}

async function find({ memory }: Ports, words: readonly string[]): Promise<MemoryRecord> {
  const id = words.find((word) => !word.startsWith('-'));
  if (id === undefined) throw new MagusError('user-input', 'Which memory? List them with: openmagus memory list');
  const [record] = await memory.store.byIds([id]);
  if (record) return record;
  throw new MagusError('user-input', `There is no memory ${id}. List them with: openmagus memory list`);
}

function lineOf({ id, kind, at, title, pinned, review, validTo }: MemoryRecord): string {
  const marks = `${pinned ? ' (pinned)' : ''}${review && !pinned ? ' (waits for your review)' : ''}${validTo === null ? '' : ' (no longer holds)'}`;
  return `${id}  ${kind.padEnd(8)}  ${at.slice(0, 16)}  ${printable(title).slice(0, 100)}${marks}`;
}
