import { headAndTail } from '../../core/head-and-tail.ts';

/** What a model is shown of one output, in characters. */
export const shownCharacters = 48_000;

/** Output as a person would see it at the end: no colours, no cursor movements, only the last state of a progress line. */
export async function plainText(output: string): Promise<string> {
  const plain: string[] = [];
  for await (const piece of pieces(output)) plain.push(plainPiece(piece));
  return plain.join('');
}

/** A long text in pieces of whole lines, with a pause after each: whoever works on them does not hold up the editor. */
export async function* pieces(text: string): AsyncGenerator<string> {
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from + pieceCharacters);
    const to = newline < 0 ? text.length : newline + 1;
    yield text.slice(from, to);
    from = to;
    if (from < text.length) await new Promise((resolve) => setTimeout(resolve));
  }
}

const pieceCharacters = 200_000;

/** Head and tail of a command's output, with a mark between them that says how to get the rest. */
export function shownOutput(output: string, commandId: string): string {
  const rest = (from: number, to: number): string =>
    `; read them with command_output {"id":"${commandId}","mode":"range","from":${from},"to":${to}}`;
  return headAndTail(output, shownCharacters, rest);
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function plainPiece(piece: string): string {
  if (!control.test(piece)) return piece;
  return piece.replaceAll('\r\n', '\n').replace(escapes, '').replace(overwritten, '').replace(controls, '');
}

/** What a lone carriage return lets later text of the same line write over. */
const overwritten = /(?<![^\n])[^\n]*\r(?=[^\n])/g;
// Built from strings, because a control character in a regular expression is hard to see.
const escapeCharacter = String.raw`\u001b`;
const escapes = new RegExp(
  String.raw`${escapeCharacter}\][^\u0007\u001b]{0,4096}(?:\u0007|${escapeCharacter}\\)|[\u001b\u009b]\[?[0-?]*[ -/]*[@-~]`,
  'g',
);
const control = /[^\P{Cc}\t\n]/u;
const controls = new RegExp(control, 'gu');
