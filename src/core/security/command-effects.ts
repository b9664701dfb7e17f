import { type Command, forEachChild, parse, type Redirect, type SyntaxNode, type Word } from 'unbash';
import type { Effect } from '../../protocol/effects.ts';
import { commandDanger, type ShellWord } from './command-danger.ts';
import { type CommandPlace, writeDanger } from './write-danger.ts';

/** Deeper nesting of shells in shells has no honest use. */
const maxNesting = 8;

/**
 * What running a shell command means: one `run` effect on the folder and the command text. It is marked as protected,
 * and so asks in every mode, where its text shows that it reaches out, changes what lies outside or cannot be judged.
 */
export function commandEffects(
  command: string,
  place: { readonly cwd: string; readonly cwdZone: Effect['zone']; readonly roots: readonly string[] },
): readonly Effect[] {
  const danger = hasControlCharacters(command)
    ? 'a command with control characters'
    : scriptDanger(command, { roots: place.roots, folders: [place.cwd] }, 0);
  const effect: Effect = { verb: 'run', object: `${place.cwd}$ ${command}`, zone: place.cwdZone };
  return [danger === undefined ? effect : { ...effect, protects: danger }];
}

function scriptDanger(source: string, place: CommandPlace, depth: number): string | undefined {
  if (depth > maxNesting) return unparsable;
  try {
    return nodeDanger(parse(source), { place, depth, fed: false });
  } catch {
    // The parser is somebody else's: whatever it stumbles over is text that nobody has judged.
    return unparsable;
  }
}

interface Walk {
  readonly place: CommandPlace;
  readonly depth: number;
  /** The node reads what another command prints. */
  readonly fed: boolean;
}

const unparsable = 'a command that could not be parsed';

function nodeDanger(node: SyntaxNode, walk: Walk): string | undefined {
  if (node.type === 'Script' && (node.errors?.length ?? 0) > 0) return unparsable;
  const own =
    node.type === 'Command'
      ? simpleCommandDanger(node, walk)
      : node.type === 'Redirect'
        ? redirectDanger(node, walk.place)
        : undefined;
  if (own !== undefined) return own;
  const readers = node.type === 'Pipeline' ? new Set<SyntaxNode>(node.commands.slice(1)) : undefined;
  let found: string | undefined;
  forEachChild(node, (child) => {
    found ??= nodeDanger(child, readers?.has(child) ? { ...walk, fed: true } : walk);
  });
  return found;
}

function simpleCommandDanger(command: Command, walk: Walk): string | undefined {
  if (command.name === undefined) return undefined;
  const words = [shellWord(command.name)];
  for (const argument of command.args) {
    words.push(argument.type === 'Word' ? shellWord(argument) : { text: argument.text, known: true, glob: false });
  }
  const nested = (source: string): string | undefined => scriptDanger(source, walk.place, walk.depth + 1);
  const hereText = command.redirects.flatMap((redirect) => {
    if (redirect.type === 'HereDoc') return [redirect.body.text];
    return redirect.type === 'HereString' && redirect.target ? [redirect.target.value] : [];
  });
  return commandDanger(words, { place: walk.place, fed: walk.fed, hereText, nested });
}

function redirectDanger(redirect: Redirect, place: CommandPlace): string | undefined {
  if (redirect.target === undefined) return unparsable;
  const target = shellWord(redirect.target);
  if (redirect.operator === '<' || redirect.operator === '<&') {
    return /^\/dev\/(tcp|udp)\//.test(target.text) ? 'the network' : undefined;
  }
  if (redirect.operator === '>&' && /^(\d+-?|-)$/.test(target.text)) return undefined;
  return writeDanger(target, place);
}

function shellWord(word: Word): ShellWord {
  let known = true;
  let glob = false;
  const look = (node: SyntaxNode): void => {
    if (unknownParts.has(node.type)) known = false;
    if (node.type === 'Glob' || node.type === 'ExtendedGlob' || node.type === 'BraceExpansion') glob = true;
    if (node.type === 'DoubleQuoted' || node.type === 'LocaleString') forEachChild(node, look);
  };
  forEachChild(word, look);
  return { text: word.value, known, glob };
}

const unknownParts: ReadonlySet<string> = new Set([
  'SimpleExpansion',
  'ParameterExpansion',
  'CommandExpansion',
  'ArithmeticExpansion',
  'ProcessSubstitution',
]);

/** Tab and line breaks are fine; the rest, and marks that reorder text, show a person something else than what runs. */
function hasControlCharacters(text: string): boolean {
  return [...text].some((character) => {
    const code = character.codePointAt(0) ?? 0;
    const harmless = code === 9 || code === 10;
    const reorders = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return (!harmless && code < 32) || (code >= 127 && code < 160) || reorders || code === 0x2028 || code === 0x2029;
  });
}
