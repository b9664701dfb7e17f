import { type CommandArgument, forEachChild, type SyntaxNode, type Word, type WordPart } from 'unbash';

/** One word of a command after quoting; `known` false: part of it is only known when it runs. */
export interface ShellWord {
  readonly text: string;
  readonly known: boolean;
  /** A pattern that stands for the names that fit. */
  readonly glob: boolean;
  /** Braces that make several words of it. */
  readonly braces?: boolean;
  /** The word is `<( … )`: what a command prints, as a file. */
  readonly pipe?: boolean;
}

export function shellWord(word: Word): ShellWord {
  let known = true;
  let glob = false;
  let braces = false;
  const look = (node: SyntaxNode): void => {
    if (unknownParts.has(node.type)) known = false;
    if (node.type === 'Glob' || node.type === 'ExtendedGlob' || node.type === 'BraceExpansion') glob = true;
    if (node.type === 'BraceExpansion' || node.type === 'ExtendedGlob') braces = true;
    if (node.type === 'DoubleQuoted' || node.type === 'LocaleString') forEachChild(node, look);
  };
  forEachChild(word, look);
  // An unquoted tilde stands for somebody's home.
  if (/^~/.test(word.text) || /^\w+=(?:.*:)?~/.test(word.text)) known = false;
  const pipe = word.parts?.length === 1 && isInputPipe(word.parts[0]);
  return { text: word.value, known, glob, ...(braces ? { braces } : {}), ...(pipe ? { pipe } : {}) };
}

export function argumentWord(argument: CommandArgument): ShellWord {
  if (argument.type === 'Word') return shellWord(argument);
  return { text: argument.text, known: !/[$`~]/.test(argument.text), glob: /[*?[{]/.test(argument.text) };
}

function isInputPipe(part: WordPart | undefined): boolean {
  return part?.type === 'ProcessSubstitution' && part.operator === '<';
}

const unknownParts: ReadonlySet<string> = new Set([
  'SimpleExpansion',
  'ParameterExpansion',
  'CommandExpansion',
  'ArithmeticExpansion',
  'ProcessSubstitution',
]);
