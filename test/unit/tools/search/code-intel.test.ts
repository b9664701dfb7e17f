import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CodeAnswer, CodeProviders, CodeQuestion } from '../../../../src/core/editor-port.ts';
import type { Ports } from '../../../../src/core/ports.ts';
import { sealAuthorized } from '../../../../src/core/security/authorized.ts';
import { codeIntel } from '../../../../src/tools/search/code-intel.ts';
import { type FileRig, fileRig, newFolder } from '../files/file-rig.ts';

const cart = `import { total } from './total';
export interface Priced { price: number }
export class Cart implements Priced {
  price = 0;
  async sum(factor: number) {
    const inner = 1;
    if (factor > 1) {
      return total(this.price);
    }
    return inner;
  }
}
`;
const totals = 'export function total(price: number): number {\n  return price;\n}\nconsole.log(total(3));\n';

describe('code_intel', () => {
  let rig: FileRig;
  const questions: CodeQuestion[] = [];
  beforeEach(async () => {
    rig = await fileRig();
    questions.length = 0;
    await mkdir(path.join(rig.root, 'src'));
    await writeFile(path.join(rig.root, 'src', 'cart.ts'), cart);
    await writeFile(path.join(rig.root, 'src', 'total.ts'), totals);
  });

  const ask = async (input: Parameters<typeof codeIntel.run>[2], answer?: CodeAnswer): Promise<string> => {
    const code: CodeProviders = {
      ask: async (question) => {
        questions.push(question);
        return answer ?? { places: [], total: 0 };
      },
    };
    const ports: Ports = answer === undefined ? rig.ports : { ...rig.ports, editor: { ...rig.ports.editor, code } };
    const authorized = sealAuthorized(await codeIntel.effects(ports, rig.scope, input), 'hash');
    const { ok, content } = await codeIntel.run(ports, rig.scope, input, authorized, new AbortController().signal);
    assert.ok(ok);
    return content;
  };
  const linesOf = (content: string): readonly string[] => content.split('\n').slice(1);

  describe('without an editor', () => {
    it('finds by search what looks like it, and says that it is a search', async () => {
      const content = await ask({ op: 'definition', symbol: 'total' });
      assert.match(content, /^No editor is attached, .* By text search, which takes the same name/);
      assert.deepEqual(linesOf(content), ['src/total.ts:1: export function total(price: number): number {']);
      assert.deepEqual(linesOf(await ask({ op: 'definition', symbol: 'Cart.sum' })), [
        'src/cart.ts:5: async sum(factor: number) {',
      ]);
      assert.deepEqual(linesOf(await ask({ op: 'callers', symbol: 'total' })), [
        'src/cart.ts:8: return total(this.price);',
        'src/total.ts:4: console.log(total(3));',
      ]);
      assert.deepEqual(linesOf(await ask({ op: 'implementations', symbol: 'Priced' })), [
        'src/cart.ts:3: export class Cart implements Priced {',
      ]);
      assert.deepEqual(linesOf(await ask({ op: 'workspace_symbols', query: 'cAr' })), [
        'src/cart.ts:3: export class Cart implements Priced {',
      ]);
      assert.equal(linesOf(await ask({ op: 'references', symbol: 'total' })).length, 4);
    });

    it('outlines a file by its definitions, without those inside of functions', async () => {
      assert.deepEqual(linesOf(await ask({ op: 'outline', path: 'src/cart.ts' })), [
        'src/cart.ts:2: export interface Priced { price: number }',
        'src/cart.ts:3: export class Cart implements Priced {',
        'src/cart.ts:5: async sum(factor: number) {',
      ]);
    });

    it('says when a search finds nothing either', async () => {
      for (const symbol of ['nowhere', '(', '$&', '].*[', '日本'])
        assert.match(await ask({ op: 'references', symbol }), /A text search finds nothing either\.$/);
    });
  });

  it('asks from a file that has the name where none is given', async () => {
    const places = [{ place: path.join(rig.root, 'src', 'total.ts'), line: 1 }];
    assert.equal(
      await ask({ op: 'references', symbol: 'total' }, { places, total: 1 }),
      'src/total.ts:1: export function total(price: number): number {',
    );
    assert.deepEqual(
      questions.map(({ path: file, line, symbol }) => [path.basename(file ?? ''), line, symbol]),
      [['total.ts', 1, 'total']],
    );
  });

  it('shows no text of what lies outside, is a link to it, or holds secrets', async () => {
    const outside = path.join(await newFolder(), 'outside.ts');
    await writeFile(outside, 'the outer text\n');
    await writeFile(path.join(rig.root, '.env'), 'KEY=planted\n');
    await symlink(outside, path.join(rig.root, 'link.ts'));
    const places = [
      outside,
      path.join(rig.root, 'link.ts'),
      path.join(rig.root, '.env'),
      'untitled:Untitled-1',
      '../up',
    ];
    const content = await ask(
      { op: 'references', symbol: 'total' },
      { places: places.map((place) => ({ place, line: 1 })), total: 5 },
    );
    assert.deepEqual(content.split('\n'), [
      `outside the workspace: ${outside}:1 (text not shown)`,
      `outside the workspace: ${outside}:1 (text not shown)`,
      '.env:1 (text not shown)',
      'outside the workspace: untitled:Untitled-1:1 (text not shown)',
      'outside the workspace: ../up:1 (text not shown)',
    ]);
  });

  it('shows who calls, how deep a symbol lies, and how many there are more', async () => {
    const place = path.join(rig.root, 'src', 'cart.ts');
    const called = await ask(
      { op: 'callers', symbol: 'total' },
      { places: [{ place, line: 8, name: 'sum' }], total: 300 },
    );
    assert.deepEqual(called.split('\n'), [
      'src/cart.ts:8: return total(this.price); [in sum]',
      '(299 more: ask about a narrower name, or use search_text.)',
    ]);
    const outline = { places: [{ place, line: 5, name: 'sum', depth: 1 }], total: 1 };
    assert.equal(
      await ask({ op: 'outline', path: 'src/cart.ts' }, outline),
      'src/cart.ts:5:   async sum(factor: number) {',
    );
  });

  it('names files of other folders than the first by their whole path', async () => {
    const second = await newFolder();
    await writeFile(path.join(second, 'total.ts'), totals);
    const scope = { ...rig.scope, roots: [rig.root, second] };
    const input = { op: 'definition', symbol: 'total' } as const;
    const authorized = sealAuthorized(await codeIntel.effects(rig.ports, scope, input), 'hash');
    const { content } = await codeIntel.run(rig.ports, scope, input, authorized, new AbortController().signal);
    assert.deepEqual(
      linesOf(content).map((line) => line.replace(/: .*/, '')),
      ['src/total.ts:1', `${second}/total.ts:1`],
    );
  });

  it('bears places that are not there', async () => {
    const place = path.join(rig.root, 'src', 'cart.ts');
    const places = [
      { place, line: 9999 },
      { place: path.join(rig.root, 'gone.ts'), line: 1 },
    ];
    assert.equal(
      await ask({ op: 'references', symbol: 'total' }, { places, total: 2 }),
      'src/cart.ts:9999: \ngone.ts:1 (text not shown)',
    );
  });

  it('searches where the servers are silent, with their reason', async () => {
    const content = await ask({ op: 'definition', symbol: 'total' }, { places: [], total: 0, silence: 'Too late.' });
    assert.match(content, /^Too late\. By text search/);
    const known = await ask({ op: 'implementations', symbol: 'Priced' }, { places: [], total: 0 });
    assert.match(known, /^The language server knows of none\. By text search/);
  });

  it('says what is missing in a question', async () => {
    await assert.rejects(ask({ op: 'references' }), /references needs symbol, the name/);
    await assert.rejects(ask({ op: 'outline' }), /outline needs path, the file/);
    await assert.rejects(ask({ op: 'workspace_symbols' }), /workspace_symbols needs query/);
    await assert.rejects(ask({ op: 'outline', path: 'src' }), /src is no file/);
  });
});
