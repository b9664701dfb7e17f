import type { Effect } from '../../protocol/effects.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { holds } from './fuse.ts';

/** What a call would do, in words that a "never" of the user can be held against. */
export interface ForeseenCall {
  readonly actions: readonly Action[];
  readonly readsOnly: boolean;
}
interface Action {
  /** `tool`: its name and what it touches; `command`: one simple command; `text`: commands as they were written. */
  readonly of: 'tool' | 'command' | 'text';
  readonly words: readonly string[];
}

export function foreseenCall(tool: string, effects: readonly Effect[]): ForeseenCall {
  const touched = effects.filter(({ verb }) => verb !== 'run').map(({ object }) => object.toLowerCase());
  const runs = effects.filter(({ verb }) => verb === 'run');
  const commands = runs.flatMap((effect) => effect.commands ?? []);
  return {
    actions: [
      { of: 'tool', words: [tool, ...touched] },
      ...commands.map(({ words }): Action => ({ of: 'command', words: words.map((word) => word.toLowerCase()) })),
      // "Never deploy to production" leaves the way back open.
      ...effects
        .filter(({ verb }) => verb === 'deploy' && tool !== 'deploy_rollback')
        .map(({ object }): Action => ({ of: 'command', words: ['deploy', ...wordsIn(object.replaceAll(':', ' '))] })),
      ...runs.map(({ object }): Action => ({ of: 'text', words: wordsIn(object) })),
    ],
    readsOnly: effects.every(({ verb, readsOnly }) => verb === 'read' || verb === 'control' || readsOnly === true),
  };
}

/**
 * The user's word that forbids this call, if there is one: a fact that says "never …", from the user or pinned by the user. What
 * stands in backticks or quotes must be in the call, its words in their order; without them, all words that follow the verb.
 * "Never edit", "never delete" and the like leave reading allowed.
 */
export function forbiddenBy(
  facts: readonly MemoryRecord[],
  call: ForeseenCall,
  nowMs: number,
): MemoryRecord | undefined {
  return facts.find(
    (fact) =>
      fact.kind === 'fact' &&
      (ofUser.has(fact.source) || fact.pinned) &&
      holds(fact, nowMs) &&
      prohibitions(`${fact.title}\n${fact.text}`).some((prohibition) => forbids(prohibition, call)),
  );
}

/** Said by the user: written, or brought in without a word of where it comes from. */
const ofUser: ReadonlySet<string> = new Set(['user', 'import']);

interface Prohibition {
  readonly phrases: readonly (readonly string[])[];
  /** Names a command or tool, not something that is touched. */
  readonly ofRunning: boolean;
  readonly ofReading: boolean;
}

function prohibitions(written: string): readonly Prohibition[] {
  // Blanks say nothing beyond one, and patterns that look for them would look at each again and again.
  const text = written.replace(/\s+/g, (blanks) => (blanks.includes('\n') ? '\n' : ' '));
  // A full stop ends it where a blank or the end follows: names of files have one too.
  const found = text.matchAll(/\b(?:never|not ever|don't ever)\s+(?:ever\s+)?((?:[^.\n]|\.(?!\s|$))+)/gi);
  return [...found].flatMap(({ index, 1: sentence = '' }) => {
    const said = withoutInstead(sentence);
    const touched = touching.exec(said)?.[1]?.toLowerCase();
    const command = commands.exec(said)?.[1]?.toLowerCase();
    // "The server never answers" tells something and forbids nothing.
    if (
      touched === undefined &&
      command === undefined &&
      !beginsSentence.test(text.slice(Math.max(0, index - 2), index))
    )
      return [];
    const quoted = [...said.matchAll(/`([^`]+)`|"([^"]+)"|'([^']+)'/g)].map(
      (part) => part[1] ?? part[2] ?? part[3] ?? '',
    );
    const whole = said.replace(touching, '').replace(between, ' ');
    const phrases = quoted.length > 0 ? quoted.map((part) => `${command ?? ''} ${part}`) : [whole];
    return {
      phrases: phrases.map(wordsIn).filter((words) => words.length > 0),
      ofRunning: command !== undefined || running.has(touched ?? ''),
      ofReading: reading.has(touched ?? ''),
    };
  });
}

/** "Never use npm, use pnpm": what is wanted instead is not forbidden; it begins with the same verb, or says so. */
function withoutInstead(sentence: string): string {
  const [verb = ''] = /^[a-z]{0,40}/i.exec(sentence) ?? [];
  const masked = sentence.replace(/`[^`]+`|"[^"]+"|'[^']+'/g, (quote) => '_'.repeat(quote.length));
  const instead = new RegExp(
    `\\s*(?:[,;:(\u2013\u2014]|\\s-)\\s*(?:please\\s+)?(?:but|always|instead|rather|prefer|${verb})\\b|\\s(?:but|instead of|rather than)\\s|;`,
    'i',
  );
  const end = verb === '' ? -1 : masked.search(instead);
  return end < 0 ? sentence : sentence.slice(0, end);
}

/** Words of a sentence that stand in no command. */
const between = /(?<=^|\s)(?:to|the|an?|on|in|into|from|at|any|files?|folders?|branch(?:es)?)(?=\s|$)/gi;
const beginsSentence = /(?:^|[.!?:;*-]\s|\n)\s*$/;
const running: ReadonlySet<string> = new Set(['run', 'use', 'call', 'do', 'execute', 'start']);
const reading: ReadonlySet<string> = new Set(['read', 'open', 'look at', 'show', 'print', 'access']);
/** Words of people for what is done to something; the command itself has others. */
const touching =
  /^(run|use|call|do|execute|start|edit|touch|change|modify|overwrite|write to|write|delete|remove|rename|move|reach|connect to|read|open|look at|show|print|access)\s+/i;
/** Words that stand in the command as well: "never push to `main`" leaves `git switch main` allowed. */
const commands = /^(push|publish|commit|deploy|install|merge|rebase|reset|kill|stop|restart|upgrade)\b/i;

function forbids({ phrases, ofRunning, ofReading }: Prohibition, { actions, readsOnly }: ForeseenCall): boolean {
  return phrases.some((phrase) =>
    actions.some(({ of, words }) => {
      const reads = readsOnly && !ofReading;
      if (of === 'text') return !reads && holdsTogether(words, phrase);
      const isSame = (word: string, wanted: string, first: boolean): boolean =>
        word === wanted || (ofRunning ? first && isPathOf(word, wanted) : isInPath(word, wanted));
      // What only reads is forbidden where it is named itself: "never run `git log`".
      return (!reads || isSame(words[0] ?? '', phrase[0] ?? '', true)) && holdsInOrder(words, phrase, isSame);
    }),
  );
}

/** `git push --force` is in `git -C lib push origin --force`. */
function holdsInOrder(
  words: readonly string[],
  phrase: readonly string[],
  isSame: (word: string, wanted: string, first: boolean) => boolean,
): boolean {
  let found = 0;
  for (const [index, word] of words.entries()) {
    const wanted = phrase[found];
    if (wanted !== undefined && isSame(word, wanted, index === 0)) found += 1;
  }
  return found === phrase.length;
}

function holdsTogether(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_word, start) => phrase.every((wanted, index) => words[start + index] === wanted));
}

/** "/usr/bin/npm" is npm. */
function isPathOf(word: string, wanted: string): boolean {
  return asPath(word).endsWith(asPath(wanted));
}

/** A file, or a folder that it lies in. */
function isInPath(word: string, wanted: string): boolean {
  return asPath(word).includes(asPath(wanted));
}

function asPath(word: string): string {
  const parts = word.split(/[\\/:]+/).filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? '//./' : `/${parts.join('/')}/`;
}

/** Lower-case, without the quotes around them. */
function wordsIn(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[\s;|&()]+/)
    .map((word) => word.replace(/^["'`]+|(?<!["'`])["'`]+$/g, ''))
    .filter((word) => word !== '');
}
