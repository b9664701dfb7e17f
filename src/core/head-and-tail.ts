/** Beginning and end of a text that is longer than `most` characters, with a line between them of what is left out and what to do. */
export function headAndTail(
  text: string,
  most: number,
  advice: string | ((from: number, to: number) => string),
): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  const to = text.length - half;
  const said = typeof advice === 'string' ? advice : advice(half, to);
  return `${text.slice(0, half)}\n[${to - half} characters left out${said}]\n${text.slice(to)}`;
}
