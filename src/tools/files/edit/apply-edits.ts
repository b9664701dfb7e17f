import { MagusError } from '../../../core/errors/magus-error.ts';
import { originsAfter } from './line-origins.ts';
import { matchText, type Place } from './match-text.ts';
import { type SearchedText, searchedText } from './searched-text.ts';
import { nearestBlock } from './similar-lines.ts';
import type { Slices } from './slices.ts';
import { unifyEndings } from './text-file.ts';

export interface Edit {
  readonly old_text: string;
  readonly new_text: string;
  readonly replace_all?: boolean | undefined;
}
export interface Edited {
  readonly text: string;
  /** One line an edit: the step that matched and the lines. */
  readonly notes: readonly string[];
  /** For each new line the line it was before, or -1. */
  readonly origins: () => readonly number[];
}

/** All edits in order, or an error with the code that says why not. `text` is null where there is no file. */
export function* applyEdits(text: string | null, edits: readonly Edit[]): Slices<Edited> {
  const splices: Splice[] = [];
  let current = text;
  for (const [index, edit] of edits.entries()) {
    const number = index + 1;
    const splice: Splice =
      edit.old_text === ''
        ? createText(current, edit.new_text, number)
        : yield* replaceText(current === null ? null : unifyEndings(current), unified(edit), number);
    splices.push(splice);
    current = splice.after;
    yield;
  }
  if (current === null || current === text) throw identical(1);
  return { text: current, notes: splices.map((splice) => splice.note), origins: () => originsThrough(splices) };
}

/** One edit: what it replaced in which text. */
interface Splice {
  readonly before: string;
  readonly places: readonly Place[];
  readonly after: string;
  readonly note: string;
}

/** A result larger than that is no edit. */
const longestResult = 20 * 1024 * 1024;

function unified(edit: Edit): Edit {
  return { ...edit, old_text: unifyEndings(edit.old_text), new_text: unifyEndings(edit.new_text) };
}

function originsThrough(splices: readonly Splice[]): readonly number[] {
  const [first, ...others] = splices.map(({ before, places }) => originsAfter(before, places));
  return others.reduce((origins, step) => step.map((line) => (line < 0 ? -1 : (origins[line] ?? -1))), first ?? []);
}

/** Throws PLACEHOLDER when the new text stands for code it leaves out, unless the old text had the same line. */
export function refusePlaceholders(newText: string, oldText: string): void {
  const line = newText.split('\n').find((each) => placeholder.test(each) && !oldText.includes(each.trim()));
  if (line === undefined) return;
  throw new MagusError(
    'tool-input',
    `The new text leaves code out ("${line.trim().slice(0, 80)}"). Write all of the lines, or edit a smaller place.`,
    { code: 'PLACEHOLDER' },
  );
}

const placeholder =
  /^\s*(?:\/\/|#|\/\*|<!--|--|\{\/\*|;|%)?\s*(?:\.\.\.|…)\s*(?:\(?\s*(?:the\s+)?(?:rest|remaining|remainder|existing|other|previous|unchanged|same)\b[^;={}]*)/i;

function* replaceText(text: string | null, edit: Edit, number: number): Slices<Splice> {
  if (edit.old_text === edit.new_text) throw identical(number);
  if (text === null)
    throw new MagusError(
      'tool-input',
      `There is no such file, so edit ${number} has nothing to replace. List the folder, or create the file with an empty old_text.`,
      { code: 'NO_MATCH' },
    );
  refusePlaceholders(edit.new_text, edit.old_text);
  const source = searchedText(text);
  const match = yield* matchText(source, edit.old_text, edit.new_text);
  if (match.places.length === 0) throw yield* unmatched(source, edit, number);
  if (match.places.length > 1 && edit.replace_all !== true) throw ambiguous(text, match.places, number);
  const places = withoutOverlap(match.places);
  const first = places[0];
  if (match.step === 'exact' && first !== undefined && alreadyThere(text, edit, first)) throw already(number);
  yield;
  const after = spliceText(text, places, number);
  if (after === text) throw identical(number);
  yield;
  const count = places.length > 1 ? `${places.length} places, ` : '';
  return {
    before: text,
    places,
    after,
    note: `edit ${number}: ${match.step}, ${count}lines ${newLines(text, places)}`,
  };
}

function createText(text: string | null, newText: string, number: number): Splice {
  if (text !== null && text !== '') {
    const same = text === unifyEndings(newText);
    throw new MagusError(
      'tool-input',
      `Edit ${number} has an empty old_text, but the file exists${same ? ' with this very content' : ''}. Give the lines to replace, or use write_file to replace it whole.`,
      { code: same ? 'ALREADY_APPLIED' : newText === '' ? 'IDENTICAL' : 'EXISTS' },
    );
  }
  if (text === newText) throw identical(number);
  refusePlaceholders(newText, '');
  const places = [{ start: 0, end: 0, replacement: newText }];
  return { before: '', places, after: newText, note: `edit ${number}: created` };
}

/** An insertion next to its anchor that was made before: the new text, which contains the old one, stands there whole. */
function alreadyThere(text: string, edit: Edit, place: Place): boolean {
  const offset = edit.new_text.indexOf(edit.old_text);
  if (offset < 0 || edit.replace_all === true || edit.new_text.trim().length < 20) return false;
  return text.startsWith(edit.new_text, place.start - offset);
}

function* unmatched(source: SearchedText, edit: Edit, number: number): Slices<MagusError> {
  const wanted = edit.new_text.trim();
  if (wanted.length >= 8 && source.text.includes(wanted)) return already(number);
  const near = yield* nearestBlock(source, edit.old_text);
  const place =
    near === undefined
      ? 'Nothing in the file comes near it; read the file again.'
      : `Nearest are lines ${near.from}-${near.to}:\n${near.text}\nCopy old_text from there.`;
  return new MagusError('tool-input', `Edit ${number}: old_text is not in the file. ${place}`, {
    code: 'NO_MATCH',
    ...(near === undefined ? {} : { details: { from: near.from, to: near.to } }),
  });
}

function ambiguous(text: string, places: readonly Place[], number: number): MagusError {
  const lines = places.slice(0, mostShown).map((place) => lineOf(text, place.start));
  const more = places.length > mostShown ? ', …' : '';
  return new MagusError(
    'tool-input',
    `Edit ${number}: old_text is in ${places.length} places, at lines ${lines.join(', ')}${more}. Add lines around the one you mean, or set replace_all.`,
    { code: 'AMBIGUOUS', details: { lines } },
  );
}

function identical(number: number): MagusError {
  return new MagusError(
    'tool-input',
    `Edit ${number} changes nothing: the old and the new text are the same. Leave it out.`,
    { code: 'IDENTICAL' },
  );
}

function already(number: number): MagusError {
  return new MagusError(
    'tool-input',
    `Edit ${number}: the new text is already in the file. Leave this edit out, or read the file again if you meant another place.`,
    {
      code: 'ALREADY_APPLIED',
    },
  );
}

function withoutOverlap(places: readonly Place[]): readonly Place[] {
  const kept: Place[] = [];
  let end = -1;
  for (const place of places) {
    if (place.start < end) continue;
    kept.push(place);
    end = place.end;
  }
  return kept;
}

function spliceText(text: string, places: readonly Place[], number: number): string {
  const length = places.reduce((sum, place) => sum + place.replacement.length - (place.end - place.start), text.length);
  if (length > longestResult)
    throw new MagusError(
      'tool-input',
      `Edit ${number} would make the file ${Math.round(length / 1024 / 1024)} MB long. Give a longer old_text, or generate the file with a command.`,
      { code: 'TOO_LARGE' },
    );
  let at = 0;
  const parts: string[] = [];
  for (const place of places) {
    parts.push(text.slice(at, place.start), place.replacement);
    at = place.end;
  }
  return parts.join('') + text.slice(at);
}

/** The lines of the first places as they are numbered after the edit. */
function newLines(text: string, places: readonly Place[]): string {
  let from = 1;
  let at = 0;
  const shown = places.slice(0, mostShown).map(({ start, end, replacement }) => {
    from += breaksIn(text.slice(at, start));
    const breaks = breaksIn(replacement);
    const to = from + breaks - (replacement.endsWith('\n') ? 1 : 0);
    const lines = to > from ? `${from}-${to}` : `${from}`;
    from += breaks;
    at = end;
    return lines;
  });
  return shown.join(', ') + (places.length > mostShown ? ', …' : '');
}

const mostShown = 20;

function lineOf(text: string, offset: number): number {
  return breaksIn(text.slice(0, offset)) + 1;
}

function breaksIn(text: string): number {
  let breaks = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) breaks += 1;
  return breaks;
}
