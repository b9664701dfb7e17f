import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';
import { type MemoryKind, memoryKinds } from '../../protocol/memory.ts';

/** Options and words of a memory command. Throws `user-input`. */
export function memoryWords<Options extends ParseArgsOptionsConfig>(words: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const text = messageOf(cause);
    throw new MagusError('user-input', `${text} See: openmagus help`, { cause });
  }
}

/** "episode,fact" as kinds; all of them when nothing is said. */
export function kindsOf(text: string | undefined): readonly MemoryKind[] {
  if (text === undefined) return memoryKinds;
  return text.split(',').map((word) => {
    const kind = memoryKinds.find((known) => known === word.trim());
    if (kind) return kind;
    throw new MagusError('user-input', `--kinds takes ${memoryKinds.join(', ')}, with commas between; not ${word}.`);
  });
}

export function limitOf(text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new MagusError('user-input', `--limit takes a whole number above 0, not ${text}.`);
}
