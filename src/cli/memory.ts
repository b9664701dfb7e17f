import { MagusError } from '../core/errors/magus-error.ts';
import { benchMemories } from './memory/bench-memories.ts';
import { exportMemories } from './memory/export-memories.ts';
import { forgetMemories } from './memory/forget-memories.ts';
import { importMemories } from './memory/import-memories.ts';
import { listMemories, pinMemory, reviewMemory, shareMemory, showMemory } from './memory/look-at-memories.ts';
import { replayMemories } from './memory/replay-memories.ts';
import { searchMemories } from './memory/search-memories.ts';

const commands: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  search: searchMemories,
  list: listMemories,
  show: showMemory,
  pin: pinMemory,
  review: reviewMemory,
  share: shareMemory,
  forget: forgetMemories,
  export: exportMemories,
  import: importMemories,
  replay: replayMemories,
  bench: benchMemories,
};

/** `openmagus memory …`: what is remembered, seen and kept in order. */
export async function memory(words: readonly string[]): Promise<number> {
  const [name = '', ...rest] = words;
  const command = commands[name];
  if (command) return command(rest);
  throw new MagusError(
    'user-input',
    `${name === '' ? 'Say what to do with the memories' : `There is no command memory ${name}`}: openmagus memory ${Object.keys(commands).join('|')}`,
  );
}
