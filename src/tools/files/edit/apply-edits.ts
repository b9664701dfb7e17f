import { MagusError } from '../../../core/errors/magus-error.ts';
import { matchText, type Place } from './match-text.ts';
import { nearestBlock } from './similar-lines.ts';
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
}

/** All edits in order, or an error with the code that says why not. `text` is null where there is no file. */
export function applyEdits(text: string | null, edits: readonly Edit[]): Edited {
  const notes: string[] = [];
  let current = text;
  for (const [index, edit] of edits.entries()) {
    const applied = applyEdit(
      current,
      { ...edit, old_text: unifyEndings(edit.old_text), new_text: unifyEndings(edit.new_text) },
      index + 1,
    );
    current = applied.text;
    notes.push(...applied.notes);
  }
  if (current === null || current === text) throw identical(1);
  return { text: current, notes };
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

function applyEdit(text: string | null, edit: Edit, number: number): Edited {
  if (edit.old_text === '') return createText(text, edit.new_text, number);
  if (edit.old_text === edit.new_text) throw identical(number);
  if (text === null)
    throw new MagusError(
      'tool-input',
      `There is no such file, so edit ${number} has nothing to replace. List the folder, or create the file with an empty old_text.`,
      { code: 'NO_MATCH' },
    );
  refusePlaceholders(edit.new_text, edit.old_text);
  const match = matchText(text, edit.old_text, edit.new_text);
  if (match.places.length === 0) throw unmatched(text, edit, number);
  if (match.places.length > 1 && edit.replace_all !== true) throw ambiguous(text, match.places, number);
  const places = withoutOverlap(match.places);
  const first = places[0];
  if (match.step === 'exact' && first !== undefined && alreadyThere(text, edit, first)) throw already(number);
  const lines = places.map((place) => linesOf(text, place)).join(', ');
  const next = splice(text, places);
  if (next === text) throw identical(number);
  return {
    text: next,
    notes: [`edit ${number}: ${match.step}, ${places.length > 1 ? `${places.length} places, ` : ''}lines ${lines}`],
  };
}

function createText(text: string | null, newText: string, number: number): Edited {
  if (text !== null && text !== '') {
    const same = text === newText;
    throw new MagusError(
      'tool-input',
      `Edit ${number} has an empty old_text, but the file exists${same ? ' with this very content' : ''}. Give the lines to replace, or use write_file to replace it whole.`,
      { code: same ? 'ALREADY_APPLIED' : newText === '' ? 'IDENTICAL' : 'EXISTS' },
    );
  }
  if (text === newText) throw identical(number);
  refusePlaceholders(newText, '');
  return { text: newText, notes: [`edit ${number}: created`] };
}

/** An insertion next to its anchor that was made before: the new text, which contains the old one, stands there whole. */
function alreadyThere(text: string, edit: Edit, place: Place): boolean {
  const offset = edit.new_text.indexOf(edit.old_text);
  if (offset < 0 || edit.replace_all === true || edit.new_text.trim().length < 20) return false;
  return text.startsWith(edit.new_text, place.start - offset);
}

function unmatched(text: string, edit: Edit, number: number): MagusError {
  const wanted = edit.new_text.trim();
  if (wanted.length >= 8 && text.includes(wanted)) return already(number);
  const near = nearestBlock(text, edit.old_text);
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
  const lines = places.slice(0, 20).map((place) => lineOf(text, place.start));
  const more = places.length > 20 ? ', …' : '';
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
  return new MagusError('tool-input', `Edit ${number} is already in the file. Go on with the next change.`, {
    code: 'ALREADY_APPLIED',
  });
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

function splice(text: string, places: readonly Place[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const place of places) {
    parts.push(text.slice(at, place.start), place.replacement);
    at = place.end;
  }
  return parts.join('') + text.slice(at);
}

function linesOf(text: string, place: Place): string {
  const from = lineOf(text, place.start);
  const to = from + place.replacement.replace(/\n$/, '').split('\n').length - 1;
  return to === from ? `${from}` : `${from}-${to}`;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
