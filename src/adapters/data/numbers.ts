import { needsDatabase } from './needs-database.ts';

const numeral = /^[ \t\n\f\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\f\r]*$/;
const wholeNumber = /^\s*[+-]?\d+\s*$/;
const powersOfTen = Array.from({ length: 16 }, (_, index) => 10 ** index);

/**
 * What SQLite's numeric affinity makes of a text: a number where it is one, else the text itself. A whole number that JavaScript
 * cannot hold is for the database.
 */
export function numberOr(text: string): string | number {
  const { length } = text;
  let at = text.charCodeAt(0) === 45 ? 1 : 0;
  const negative = at === 1;
  // Beyond 15 digits an exact quotient is not certain.
  if (length - at > 16 || length === at) return slowNumber(text);
  let value = 0;
  let point = -1;
  for (; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) value = value * 10 + code - 48;
    else if (code === 46 && point < 0) point = at;
    else return slowNumber(text);
  }
  if (point < 0) return length > 15 ? slowNumber(text) : negative ? 0 - value : value;
  const decimals = length - point - 1;
  if (decimals === 0 || decimals > 15 || length < 3) return slowNumber(text);
  const quotient = value / (powersOfTen[decimals] ?? 1);
  return negative ? 0 - quotient : quotient;
}

function slowNumber(text: string): string | number {
  if (!numeral.test(text)) return text;
  const value = Number(text);
  if (wholeNumber.test(text) && !Number.isSafeInteger(value)) throw needsDatabase('a whole number beyond 2^53');
  return value;
}

/** Is it a number for SQLite? */
export function isNumeral(text: string): boolean {
  return numeral.test(text);
}
