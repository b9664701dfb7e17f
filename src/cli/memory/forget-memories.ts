import { MagusError } from '../../core/errors/magus-error.ts';
import { chooseMemories } from '../../core/memory/choose-memories.ts';
import { forget } from '../../core/memory/remember.ts';
import { withPorts } from '../with-ports.ts';
import { kindsOf, memoryWords } from './memory-words.ts';

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
  const { kinds, yes, ...named } = values;
  if (named.all && !yes)
    throw new MagusError(
      'user-input',
      'This forgets everything. If that is wanted: openmagus memory forget --all --yes',
    );
  const { count, waiting } = await withPorts(async (ports) => {
    const { signal } = new AbortController();
    const chosen = await chooseMemories(ports, { ...named, ids: positionals }, signal, kindsOf(kinds));
    return forget(
      ports,
      chosen.map(({ id }) => id),
      signal,
    );
  });
  process.stdout.write(`${count} forgotten\n`);
  if (waiting.length > 0)
    process.stdout.write(`${waiting.join(' and ')} could not be told yet and will be as soon as it answers.\n`);
  return 0;
}
