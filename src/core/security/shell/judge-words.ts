import { acts, judgeByTable, type Reading } from './reading.ts';
import { judgeFind } from './reading-find.ts';
import { judgeGit } from './reading-git.ts';
import { readingByGrammar } from './reading-others.ts';
import { readingPrograms } from './reading-programs.ts';
import type { ShellWord } from './shell-word.ts';

/** What one simple command reads when it can do nothing else, by its words. */
export function judgeWords(words: readonly ShellWord[]): Reading {
  const [first, ...rest] = words;
  if (first === undefined) return { places: [] };
  if (!first.known || first.glob) return acts('a command whose name is only known when it runs');
  const name = systemProgram(first.text);
  if (name === undefined) return acts(`the program ${first.text}`);
  if (name === 'git') return judgeGit(rest);
  if (name === 'find') return judgeFind(rest);
  const byGrammar = readingByGrammar.get(name);
  if (byGrammar) return byGrammar(rest);
  const program = readingPrograms.get(name);
  return program ? judgeByTable(program, rest) : acts(`the program ${name}`);
}

/** The name of a program that is looked up, or lies where a system keeps its programs; letters count as written. */
export function systemProgram(text: string): string | undefined {
  return /^(?:\/usr)?\/bin\/([\w.+-]+)$/.exec(text)?.[1] ?? (/[\\/]/.test(text) ? undefined : text);
}
