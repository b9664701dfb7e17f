import { type Command, forEachChild, parse, type Redirect, type SyntaxNode } from 'unbash';
import { commandDanger } from './command-danger.ts';
import { argumentWord, shellWord } from './shell/shell-word.ts';
import { type CommandPlace, writeDanger } from './write-danger.ts';

/** Deeper nesting of shells in shells has no honest use. */
const maxNesting = 8;

/** Why a shell script asks in every mode, if it does: it reaches out, changes what lies outside or cannot be judged. */
export function scriptDanger(source: string, place: CommandPlace, depth = 0): string | undefined {
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
  const words = [shellWord(command.name), ...command.args.map(argumentWord)];
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
