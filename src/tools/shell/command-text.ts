/** What a model is shown of one output, in characters. */
export const shownCharacters = 48_000;

/** Output as a person would see it at the end: no colours, no cursor movements, only the last state of a progress line. */
export function plainText(output: string): string {
  return output
    .replaceAll('\r\n', '\n')
    .replace(escapes, '')
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1).replace(/\r$/, ''))
    .join('\n')
    .replace(otherControls, '');
}

/** Head and tail of a long text, with a mark between them that says how to get the rest. */
export function headAndTail(text: string, commandId: string): string {
  if (text.length <= shownCharacters) return text;
  const half = shownCharacters / 2;
  const to = text.length - half;
  const left = `[${to - half} characters left out; read them with command_output {"id":"${commandId}","mode":"range","from":${half},"to":${to}}]`;
  return `${text.slice(0, half)}\n${left}\n${text.slice(to)}`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

// Built from strings, because a control character in a regular expression is hard to see.
const escapeCharacter = String.raw`\u001b`;
const escapes = new RegExp(
  String.raw`${escapeCharacter}\][^\u0007\u001b]{0,4096}(?:\u0007|${escapeCharacter}\\)|[\u001b\u009b]\[?[0-?]*[ -/]*[@-~]`,
  'g',
);
const otherControls = /[^\P{Cc}\t\n]/gu;
