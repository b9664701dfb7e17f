import {
  type AndOr,
  type Command,
  forEachChild,
  type ParsedScript,
  parse,
  type Redirection,
  type SyntaxNode,
} from 'unbash';
import {
  changesShell,
  isHarmlessAssignment,
  mayMove,
  onlyExpands,
  onlyHoldsCommands,
  steersNothing,
} from './beside-commands.ts';
import { judgeWords, systemProgram } from './judge-words.ts';
import type { Reading, ReadPlace } from './reading.ts';
import { argumentWord, type ShellWord, shellWord } from './shell-word.ts';

/** Deeper nesting of shells in shells has no honest use. */
const maxNesting = 8;
/** More folders than that are not followed. */
const maxFolders = 16;
/** A line that moves through so many asks in every mode, so nothing more can be learned from it. */
const mostFolders = 256;

export interface ReadCommand {
  readonly words: readonly ShellWord[];
  readonly readsOnly: boolean;
  /** Where it may run, as the script names it; none: that is only known when it runs. */
  readonly folders: readonly string[];
}

/** What a script reads, and why it may do more than that. */
export interface ScriptReading {
  /** Every simple command, however deep, in order. */
  readonly commands: readonly ReadCommand[];
  /** Why it does more than read; undefined: it cannot. */
  readonly acts: string | undefined;
  /** What it does beside its commands, or what makes their words mean something else; undefined: nothing. */
  readonly beside: string | undefined;
  /** Places with the folder they are read from, as the script names them. */
  readonly places: readonly { readonly folder: string; readonly place: ReadPlace }[];
  /** Where the script may stand: where it starts and each folder that a `cd` leads to. */
  readonly folders: readonly string[];
}

/** Reads a shell script as a tree of simple commands. What it cannot follow counts as acting. */
export function readScript(source: string, cwd: string): ScriptReading {
  const walk: Walk = {
    commands: [],
    places: [],
    folders: [cwd],
    all: [cwd],
    acts: undefined,
    beside: undefined,
    lost: false,
    depth: 0,
    moves: 0,
  };
  readSource(source, walk);
  const { acts, beside, places, lost, all } = walk;
  const commands = lost ? walk.commands.map((command) => ({ ...command, folders: [] })) : walk.commands;
  return { commands, acts, beside, places, folders: all };
}

interface Walk {
  readonly commands: ReadCommand[];
  readonly places: { folder: string; place: ReadPlace }[];
  /** Where it may stand now. */
  folders: readonly string[];
  readonly all: string[];
  acts: string | undefined;
  beside: string | undefined;
  /** Where its commands run, or what they are, is only known when it runs. */
  lost: boolean;
  depth: number;
  /** How often a `cd` was met. */
  moves: number;
}

function readSource(source: string, walk: Walk): void {
  if (walk.depth > maxNesting) {
    steer(walk, 'too many shells in shells');
    return;
  }
  walk.depth += 1;
  try {
    readNode(parse(source), walk);
  } catch {
    // The parser is somebody else's: whatever it stumbles over is text that nobody has judged.
    steer(walk, 'it could not be parsed');
  }
  walk.depth -= 1;
}

function act(walk: Walk, why: string): void {
  walk.acts ??= why;
}

/** It acts, and not by its commands alone. */
function actBeside(walk: Walk, why: string): void {
  act(walk, why);
  walk.beside ??= why;
}

function lose(walk: Walk, why: string): void {
  act(walk, why);
  walk.lost = true;
}

/** From here on words may mean something else, or nobody has read them. */
function steer(walk: Walk, why: string): void {
  actBeside(walk, why);
  walk.lost = true;
}

/** Nodes that are only what is in them. */
const transparent: ReadonlySet<SyntaxNode['type']> = new Set<SyntaxNode['type']>([
  ...(['Script', 'CompoundList', 'Statement', 'Pipeline', 'BraceGroup', 'If', 'Elif', 'While', 'Case'] as const),
  ...(['CaseItem', 'Redirected', 'Time', 'Negation', 'AndOr', 'For', 'Command', 'Word', 'Literal', 'Glob'] as const),
  ...(['SingleQuoted', 'DoubleQuoted', 'CommandExpansion', 'ProcessSubstitution', 'Redirect', 'HereString'] as const),
  ...(['HereDoc', 'HereDocDelimiter', 'HereDocBody', 'FileDescriptor', 'BraceExpansion', 'SimpleExpansion'] as const),
  ...(['ParameterExpansion', 'AnsiCQuoted'] as const),
]);

/** Variables of the shell that tell nothing but where one is. */
const plainVariables = /^(?:PWD|OLDPWD|HOME|USER|LOGNAME|OSTYPE|RANDOM|SECONDS|LINENO|[?#$!0-9@*])$/;

function readNode(node: SyntaxNode, walk: Walk): void {
  if (onlyHoldsCommands.has(node.type)) act(walk, `it holds a ${node.type}`);
  else if (!transparent.has(node.type)) steer(walk, `it holds a ${node.type}`);
  if (node.type === 'Script' && ((node as ParsedScript).errors?.length ?? 0) > 0) steer(walk, 'it could not be parsed');
  if (node.type === 'Statement' && node.background) act(walk, 'it goes on in the background');
  if (node.type === 'ProcessSubstitution' && node.operator === '>') act(walk, 'it writes into a pipe');
  if (node.type === 'AnsiCQuoted' && /\\[^nt'"\\]/.test(node.text)) steer(walk, 'a text hidden in escapes');
  if (node.type === 'SimpleExpansion' && !plainVariables.test(node.text.slice(1)))
    act(walk, `the variable ${node.text}`);
  if (node.type === 'ParameterExpansion') {
    const plain = !node.prefix && !node.index && !node.operation && plainVariables.test(node.parameter);
    if (!onlyExpands(node)) steer(walk, `the variable ${node.text}`);
    else if (!plain) act(walk, `the variable ${node.text}`);
  }
  if (node.type === 'For') readLoopVariable(node.name.text, walk);
  if (node.type === 'Redirect' || node.type === 'HereString' || node.type === 'HereDoc') readRedirect(node, walk);
  if (node.type === 'Command') readCommand(node, walk);
  if (node.type === 'AndOr') readAndOr(node, walk);
  else readChildren(node, walk);
}

/** One that the environment held stays exported, so a program sees what the loop makes of it. */
function readLoopVariable(name: string, walk: Walk): void {
  if (!/^[a-z][a-z\d_]*$/.test(name)) act(walk, 'a loop over a variable of the shell');
  if (steersNothing(name)) return;
  walk.beside ??= `a loop over ${name}`;
  walk.lost = true;
}

function readChildren(node: SyntaxNode, walk: Walk): void {
  const { folders: before, moves } = walk;
  forEachChild(node, (child) => readNode(child, walk));
  if ((node.type === 'While' || node.type === 'For') && walk.moves > moves) lose(walk, 'a cd in a loop');
  // After a branch or a subshell it may stand where it stood before.
  if (node.type !== 'Script' && node.type !== 'Statement') stand(walk, [...before, ...walk.folders]);
}

/** In `cd a && b`, b runs in a or not at all. */
function readAndOr(node: AndOr, walk: Walk): void {
  const before = walk.folders;
  const certain = node.operators.every((operator) => operator === '&&');
  for (const command of node.commands) {
    const here = walk.folders;
    readNode(command, walk);
    const moved = certain && command.type === 'Command' ? folderOf(command, here) : undefined;
    if (moved !== undefined) stand(walk, moved);
  }
  stand(walk, [...before, ...walk.folders]);
}

function stand(walk: Walk, folders: readonly string[]): void {
  if (walk.all.length > mostFolders) return;
  walk.folders = [...new Set(folders)];
  for (const folder of walk.folders) if (!walk.all.includes(folder)) walk.all.push(folder);
  if (walk.all.length > maxFolders) lose(walk, 'it moves through too many folders');
}

function readCommand(command: Command, walk: Walk): void {
  const set = command.prefix.filter((each) => each.type === 'Assignment');
  if (set.length > 0) act(walk, 'it sets a variable');
  const steering = set.find((each) => !isHarmlessAssignment(each));
  if (steering !== undefined) steer(walk, `it sets ${steering.name}`);
  if (command.name === undefined) return;
  const words = [shellWord(command.name), ...command.args.map(argumentWord)];
  // Lines hidden in a text make a command hard to look through.
  if (words.some(({ text }) => text.includes('\n'))) act(walk, 'a text of several lines');
  if (command.name.value === 'cd') note(words, readFolder(command, walk), walk);
  else readWords(words, walk);
}

/** What a wrapper runs is judged in its place. */
function readWords(words: readonly ShellWord[], walk: Walk): void {
  const inner = innerCommand(words);
  note(words, inner === undefined ? judgeWords(words) : { places: [] }, walk);
  if (typeof inner === 'string') readSource(inner, walk);
  else if (inner !== undefined) readWords(inner, walk);
}

function note(words: readonly ShellWord[], reading: Reading, walk: Walk): void {
  if ('acts' in reading) noteActing(words[0]?.text ?? '', reading.acts, walk);
  else for (const place of reading.places) for (const folder of walk.folders) walk.places.push({ folder, place });
  walk.commands.push({ words, readsOnly: !('acts' in reading), folders: walk.folders });
}

function noteActing(name: string, why: string, walk: Walk): void {
  act(walk, why);
  if (changesShell(name)) steer(walk, `${name} changes the shell`);
  if (mayMove(name)) lose(walk, 'a folder that is only known when it runs');
}

/** What a wrapper runs, as shell text or as words; undefined: it is none whose words are that simple. */
function innerCommand(words: readonly ShellWord[]): string | readonly ShellWord[] | undefined {
  const [first, ...rest] = words;
  const name = first?.known && !first.glob ? systemProgram(first.text) : undefined;
  if (name === undefined) return undefined;
  const known = rest.every((word) => word.known && !word.braces);
  if (!known) return undefined;
  const texts = rest.map(({ text }) => text);
  if (/^(?:ba|da|z|k)?sh$/.test(name) && /^-[el]?c$/.test(texts[0] ?? '') && texts.length === 2) return texts[1];
  if (name === 'eval' && rest.length > 0 && !rest.some(({ glob }) => glob)) return texts.join(' ');
  const options = wrappers.get(name);
  if (options === undefined || rest.length <= options) return undefined;
  if (name === 'timeout' && !/^\d+(?:\.\d+)?[smhd]?$/.test(texts[0] ?? '')) return undefined;
  const inner = rest.slice(options);
  return /^-|=/.test(inner[0]?.text ?? '-') ? undefined : inner;
}

/** Programs that run another, with the number of words before it. */
const wrappers: ReadonlyMap<string, number> = new Map([
  ...['command', 'builtin', 'time', 'nice', 'env'].map((name): [string, number] => [name, 0]),
  ['timeout', 1],
]);

function readFolder(command: Command, walk: Walk): Reading {
  walk.moves += 1;
  const moved = folderOf(command, walk.folders);
  if (moved === undefined) return { acts: 'a folder that is only known when it runs' };
  stand(walk, [...walk.folders, ...moved]);
  return { places: [] };
}

function folderOf(command: Command, folders: readonly string[]): readonly string[] | undefined {
  const words = command.args.map(argumentWord);
  const [target] = words[0]?.text === '--' ? words.slice(1) : words;
  if (command.name?.value !== 'cd' || target === undefined) return undefined;
  if (!target.known || target.glob || target.text.startsWith('-') || words.length > 2) return undefined;
  const absolute = /^(?:\/|[A-Za-z]:[\\/])/.test(target.text);
  return absolute ? [target.text] : folders.map((folder) => `${folder}/${target.text}`);
}

function readRedirect(redirect: Redirection, walk: Walk): void {
  if (redirect.descriptor?.type === 'FileDescriptorVariable') steer(walk, 'a redirection into a variable');
  if (redirect.type !== 'Redirect') return;
  const { operator } = redirect;
  const target = redirect.target && shellWord(redirect.target);
  const onlyReads = operator === '<' || operator === '<&';
  if (target === undefined || !target.known || target.glob)
    (onlyReads ? act : actBeside)(walk, 'a redirection that is only known when it runs');
  else if (/^\/dev\/(?:null|stdout|stderr)$/.test(target.text)) return;
  else if (operator === '<')
    for (const folder of walk.folders) walk.places.push({ folder, place: { word: target, kind: 'contents' } });
  else if (/^[<>]&$/.test(operator) && /^(?:\d-?|-)$/.test(target.text)) {
    if (!/^\d$/.test(target.text)) act(walk, `it closes ${target.text}`);
  } else (onlyReads ? act : actBeside)(walk, `it writes to ${target.text}`);
}
