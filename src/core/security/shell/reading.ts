import type { ShellWord } from './shell-word.ts';

/** A place that a command reads, as it is written there. */
export interface ReadPlace {
  readonly word: ShellWord;
  /** `names`: only what is there, not what is in it; `linked-tree`: everything below, links followed. */
  readonly kind: 'contents' | 'names' | 'linked-tree' | 'git';
}

/** What a simple command reads, when it can do nothing else; else why it may. */
export type Reading = { readonly places: readonly ReadPlace[] } | { readonly acts: string };

export const readsNothing: Reading = { places: [] };

export function acts(why: string): Reading {
  return { acts: why };
}

export const here: ShellWord = { text: '.', known: true, glob: false };

/** What a program may be given and still only read. Whatever is not named here makes it ask. */
export interface ReadingProgram {
  /** Letters of options without a value, which can be joined. */
  readonly flags?: string;
  /** Letters of options that take a value, joined or as the next word. */
  readonly valued?: string;
  /** Long options by name: "=" behind one that takes a value, joined or as the next word, "==" behind one that may have one, joined. */
  readonly long?: string;
  /** "-20" is a number of lines. */
  readonly numbers?: boolean;
  /** What the words beside the options are: texts, places whose contents or names are read, or one text before places. */
  readonly operands: 'texts' | 'contents' | 'names' | 'text-then-contents';
  /** The first operand does not count as the text when one of these options is there. */
  readonly textIn?: readonly string[];
  readonly most?: number;
  /** Reads the current folder where no place is given. */
  readonly readsHere?: boolean;
  /** Options with which it follows every link below its places. */
  readonly following?: readonly string[] | 'always';
}

/** Judges the words after the program's name by its line in the table. */
export function judgeByTable(program: ReadingProgram, words: readonly ShellWord[]): Reading {
  const split = splitOptions(program, words);
  if ('acts' in split) return split;
  const { options, operands, values } = split;
  if (operands.length > (program.most ?? 64)) return acts('more arguments than it reads');
  // A pattern stands for any number of names, and one too many may be written to.
  if (program.most !== undefined && operands.some(({ glob }) => glob)) return acts('a pattern among so few arguments');
  if (program.operands === 'texts') {
    if (operands.some(({ pipe }) => pipe)) return acts('a pipe where a text stands');
    // A pattern shows what is there.
    return { places: [...operands.filter(({ glob }) => glob), ...values.filter(isPath)].map(asNames) };
  }
  const hasText = program.textIn?.some((option) => options.includes(option)) === true;
  const places = program.operands === 'text-then-contents' && !hasText ? operands.slice(1) : operands;
  const text = program.operands === 'text-then-contents' && !hasText ? operands[0] : undefined;
  if (text !== undefined && (!text.known || text.glob)) return acts('a text that is only known when it runs');
  const kind = program.operands === 'names' ? 'names' : 'contents';
  const { following = [] } = program;
  const follows = following === 'always' || following.some((option) => options.includes(option));
  const read = places.length === 0 && program.readsHere ? [here] : places;
  const named = read.map((word): ReadPlace => ({ word, kind: follows ? 'linked-tree' : kind }));
  return { places: [...named, ...values.filter(isPath).map(asNames)] };
}

function asNames(word: ShellWord): ReadPlace {
  return { word, kind: 'names' };
}

function isPath({ text }: ShellWord): boolean {
  return text.length > 1 && /[\\/]|^\.\.$/.test(text);
}

interface SplitWords {
  readonly options: readonly string[];
  readonly operands: readonly ShellWord[];
  /** Of options, where they stood as words of their own. */
  readonly values: readonly ShellWord[];
}

function splitOptions(program: ReadingProgram, words: readonly ShellWord[]): SplitWords | { readonly acts: string } {
  const options: string[] = [];
  const operands: ShellWord[] = [];
  const values: ShellWord[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word.text === '--' && word.known) {
      operands.push(...queue.splice(0));
      break;
    }
    // What is only known when it runs could turn out to be an option.
    if (!word.known && !word.pipe && program.operands !== 'texts')
      return { acts: 'an argument that is only known when it runs' };
    if (word.braces && program.operands !== 'texts') return { acts: 'braces that make several arguments' };
    if (!word.text.startsWith('-') || word.text === '-' || !word.known) {
      operands.push(word);
      continue;
    }
    // Some programs take what stands behind a place for another place, which they write to.
    if (program.most !== undefined && operands.length > 0) return { acts: `the option ${word.text} behind a place` };
    const taken = word.text.startsWith('--') ? takeLong(program, word.text) : takeShort(program, word.text);
    if (taken === undefined) return { acts: `the option ${word.text}` };
    if (word.glob) return { acts: `the pattern ${word.text} as an option` };
    options.push(...taken.names);
    if (!taken.needsValue) continue;
    const value = queue.shift();
    // One that looks like an option may be one: not every version of a program takes a value there.
    if (value === undefined || !value.known || value.glob || value.text.startsWith('-')) {
      return { acts: `the value of ${word.text}` };
    }
    values.push(value);
  }
  return { options, operands, values };
}

interface Taken {
  readonly names: readonly string[];
  /** Its value is the next word. */
  readonly needsValue: boolean;
}

function takeLong(program: ReadingProgram, text: string): Taken | undefined {
  const [name = '', value] = text.split(/=(.*)/s);
  const known = (program.long ?? '').split(' ');
  const bare = name.slice(2);
  if (known.includes(`${bare}==`)) return { names: [name], needsValue: false };
  if (value === undefined && known.includes(bare)) return { names: [name], needsValue: false };
  if (!known.includes(`${bare}=`)) return undefined;
  return { names: [name], needsValue: value === undefined };
}

function takeShort(program: ReadingProgram, text: string): Taken | undefined {
  if (program.numbers && /^-\d+$/.test(text)) return { names: [], needsValue: false };
  const names: string[] = [];
  for (let at = 1; at < text.length; at++) {
    const letter = text[at] ?? '';
    names.push(`-${letter}`);
    if (program.valued?.includes(letter)) return { names, needsValue: at === text.length - 1 };
    if (!program.flags?.includes(letter)) return undefined;
  }
  return { names, needsValue: false };
}
