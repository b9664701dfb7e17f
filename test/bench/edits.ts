import { isMagusError } from '../../src/core/errors/magus-error.ts';
import { applyEdits } from '../../src/tools/files/edit/apply-edits.ts';
import { applyHunks } from '../../src/tools/files/edit/apply-hunks.ts';
import { parsePatch } from '../../src/tools/files/edit/parse-patch.ts';
import type { Slices } from '../../src/tools/files/edit/slices.ts';
import { decodeText, encodeText } from '../../src/tools/files/edit/text-file.ts';
import { ownMs } from './own-ms.ts';

// Prints how long one edit of a file of 2 MB takes at each step of the cascade and on texts made to be slow (CPU time), and
// the longest piece of it that is done in one go.
// Usage: node test/bench/edits.ts

const size = 2 * 1024 * 1024;
const line = (index: number): string => `  const value${index} = compute(input[${index}], "name ${index * 7919}");`;
const middle = Array.from('abcdefghijkl', (letter, index) => `  ${letter.repeat(30)}("${letter}", ${index});`);
const lines = Array.from({ length: Math.floor(size / 58) }, (_, index) => line(index));
const code = lines.toSpliced(20_000, 0, ...middle).join('\n');
const block = middle.join('\n');
const fresh = block.replaceAll('(', '.call(');
const blanks = '\n'.repeat(size);
const letters = 'a'.repeat(size);
const same = 'x = 1;\n'.repeat(size / 7);
const chinese = '漢字 かな，“引用” — 文。\n'.repeat(size / 18);

const cases: readonly (readonly [string, string, string, string])[] = [
  ['exact', code, block, fresh],
  ['trailing blanks', code, middle.join('  \n'), fresh],
  ['re-indented', code, middle.map((each) => each.trim()).join('\n'), fresh],
  ['Unicode punctuation', code, block.replaceAll('"', '”'), fresh],
  ['blank lines around', code, `\n\n${block}\n\n`, fresh],
  ['literal escapes', code, block.replaceAll('"', '\\"'), fresh],
  ['white-space-blind', code, block.replaceAll('(', '( '), fresh],
  ['similarity', code, block.replace('aaa', 'aba'), fresh],
  ['no match', code, middle.map((each) => `${each} // and much more than that`).join('\n'), fresh],
  ['no match, two lines', code, 'if (nothing) {\n  return like(this);', fresh],
  ['no match, 2,000 lines', code, `${code.slice(0, 116_000)}\nno`, fresh],
  ['ambiguous everywhere', same, 'x = 1;', 'y'],
  ['blank lines', blanks, `${'\n'.repeat(1000)}x`, 'y'],
  ['blank lines, long', blanks, `${'\n'.repeat(size / 2)}x${'\n'.repeat(size / 4)}`, 'y'],
  ['one endless word', letters, `${'a'.repeat(10_000)}b${'a'.repeat(10_000)}`, 'y'],
  ['equal lines', same, `${'x = 1;\n'.repeat(1000)}y`, 'y'],
  ['equal lines, similar', same, `${'x = 2;\n'.repeat(1000)}y`, 'z'],
  ['Chinese, no match', chinese, '漢字　かな “違” 文。\n無い', 'y'],
];

function milliseconds(work: () => Slices<unknown>): readonly [number, number, string] {
  const times: number[] = [];
  const pieces: number[] = [];
  let outcome = '';
  for (let round = 0; round < 3; round += 1) {
    const began = ownMs();
    let longest = 0;
    try {
      const slices = work();
      for (let done: boolean | undefined = false; !done; ) {
        const since = ownMs();
        try {
          done = slices.next().done;
        } finally {
          longest = Math.max(longest, ownMs() - since);
        }
      }
      outcome = 'applied';
    } catch (error) {
      if (!isMagusError(error)) throw error;
      outcome = error.code ?? error.kind;
    }
    times.push(ownMs() - began);
    pieces.push(longest);
  }
  return [Math.min(...times), Math.min(...pieces), outcome];
}

function print(name: string, work: () => Slices<unknown>): void {
  const [time, piece, outcome] = milliseconds(work);
  process.stdout.write(
    `${name.padEnd(28)}${time.toFixed(1).padStart(8)} ms ${piece.toFixed(1).padStart(8)} ms  ${outcome}\n`,
  );
}

for (const [name, text, oldText, newText] of cases)
  print(name, () => applyEdits(text, [{ old_text: oldText, new_text: newText }]));
print('replace everywhere', () => applyEdits(same, [{ old_text: 'x = 1;', new_text: 'y = 2;', replace_all: true }]));
const many = Array.from({ length: 50 }, (_, index) => line(index * 500 + 7));
print('50 exact edits', () =>
  applyEdits(
    code,
    many.map((each) => ({ old_text: each, new_text: each.replace('compute', 'measure') })),
  ),
);
const hunks = many.map((each) => `@@\n-${each.trim()}\n+${each.trim()} // seen`).join('\n');
const patch = `*** Begin Patch\n*** Update File: a.ts\n${hunks}\n*** End Patch`;
const [operation] = parsePatch(patch);
if (operation?.kind === 'update') print('patch of 50 hunks', () => applyHunks(code, operation.hunks, 'a.ts'));
const mixed = new TextEncoder().encode(code.replaceAll('\n', '\r\n').replace('\r\n', '\n'));
print('mixed line endings', function* () {
  const source = decodeText(mixed);
  const edited = yield* applyEdits(source.text, [{ old_text: block, new_text: fresh }]);
  encodeText(source, edited.text, edited.origins);
});
