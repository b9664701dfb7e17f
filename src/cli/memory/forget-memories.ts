import { MagusError } from '../../core/errors/magus-error.ts';
import type { MemoryFilter } from '../../core/memory/memory-ports.ts';
import { recallMemories } from '../../core/memory/recall-memories.ts';
import { forget } from '../../core/memory/remember.ts';
import type { Ports } from '../../core/ports.ts';
import { withPorts } from '../with-ports.ts';
import { kindsOf, memoryWords } from './memory-words.ts';

const everything = 1_000_000;
const mostByQuery = 100;

/** `openmagus memory forget ID… | --query WORDS | --source S | --from T --to T | --all --yes`. */
export async function forgetMemories(words: readonly string[]): Promise<number> {
  const { values, positionals } = memoryWords(words, {
    query: { type: 'string' },
    source: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    kinds: { type: 'string' },
    all: { type: 'boolean' },
    yes: { type: 'boolean' },
  });
  if (values.all && !values.yes)
    throw new MagusError(
      'user-input',
      'This forgets everything. If that is wanted: openmagus memory forget --all --yes',
    );
  const chosen = { ...values, ids: positionals };
  const { count, waiting } = await withPorts(async (ports) => {
    const { signal } = new AbortController();
    return forget(ports, await idsOf(ports, chosen, signal), signal);
  });
  process.stdout.write(`${count} forgotten\n`);
  if (waiting.length > 0)
    process.stdout.write(`${waiting.join(' and ')} could not be told yet and will be as soon as it answers.\n`);
  return 0;
}

interface Chosen {
  readonly ids: readonly string[];
  readonly query?: string;
  readonly source?: string;
  readonly from?: string;
  readonly to?: string;
  readonly kinds?: string;
  readonly all?: boolean;
}

async function idsOf(ports: Ports, chosen: Chosen, signal: AbortSignal): Promise<readonly string[]> {
  const kinds = kindsOf(chosen.kinds);
  const { ids, query, source, all } = chosen;
  if (ids.length > 0) return ids;
  if (query !== undefined) {
    const request = { text: query, kinds, limit: mostByQuery, roots: [] };
    return (await recallMemories(ports, request, signal)).hits.map(({ id }) => id);
  }
  const from = momentOf('from', chosen.from);
  const to = momentOf('to', chosen.to);
  if (!all && source === undefined && from === undefined && to === undefined)
    throw new MagusError('user-input', 'Forget which? Name ids, or --query, --source, --from and --to, or --all.');
  const filter: MemoryFilter = {
    kinds,
    limit: everything,
    ...(source === undefined ? {} : { source }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  return (await ports.memory.store.list(filter)).map(({ id }) => id);
}

function momentOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime()))
    throw new MagusError(
      'user-input',
      `--${name} takes a moment such as 2026-11-24 or 2026-11-24T10:00Z, not ${text}.`,
    );
  return moment.toISOString();
}
