import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { CodeAnswer, CodeQuestion } from '../../../src/core/editor-port.ts';
import { vscodeCode } from '../../../src/host/code-providers.ts';
import { playScenario } from '../../support/scripted-model.ts';
import { eventually, folder, forgetModels, startTask, toolTexts, useModel, writeProject } from './rig.ts';

const project = {
  'tsconfig.json': '{"compilerOptions": {"strict": true, "types": []}, "include": ["*.ts"]}\n',
  'shape.ts':
    'export interface Shape {\n  area(): number;\n}\nexport function double(size: number): number {\n  return size * 2;\n}\n',
  'circle.ts':
    "import { double, type Shape } from './shape';\nexport class Circle implements Shape {\n  area(): number {\n    return double(3);\n  }\n}\n",
  'square.ts':
    "import { double, type Shape } from './shape';\nexport class Square implements Shape {\n  area(): number {\n    return double(4) + double(5);\n  }\n}\n",
};
const never = new AbortController().signal;

describe('code intelligence', () => {
  const registered: vscode.Disposable[] = [];
  before(() => writeProject({ ...project, 'a.hostile': 'name name\n', 'b.hostile': 'name\n' }));
  after(async () => {
    await writeProject({});
  });
  afterEach(() => {
    for (const each of registered.splice(0)) each.dispose();
    return forgetModels();
  });

  const ask = (question: CodeQuestion): Promise<CodeAnswer> =>
    vscodeCode.ask({ ...question, ...(question.path ? { path: path.join(folder(), question.path) } : {}) }, 100, never);
  const shown = ({ places }: CodeAnswer): readonly string[] =>
    places.map(({ place, line, name }) => [path.basename(place), line, name].filter(Boolean).join(':')).toSorted();
  /** The language server may still be starting, or reading the project. */
  const answers = async (question: CodeQuestion, wanted: readonly string[]): Promise<void> => {
    let last: readonly string[] = [];
    await eventually(
      async () => {
        last = shown(await ask(question));
        return wanted.every((one) => last.includes(one));
      },
      `${question.operation}: ${wanted.join(' ')}`,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)} There was ${last.join(' ')}.`);
    });
    assert.deepEqual(last, wanted);
  };

  it('of a real language server answers every kind of question', async () => {
    await answers({ operation: 'definition', path: 'square.ts', symbol: 'double' }, ['shape.ts:4']);
    await answers({ operation: 'implementations', path: 'shape.ts', symbol: 'Shape' }, ['circle.ts:2', 'square.ts:2']);
    await answers({ operation: 'references', path: 'circle.ts', symbol: 'double', line: 4 }, [
      'circle.ts:1',
      'circle.ts:4',
      'shape.ts:4',
      'square.ts:1',
      'square.ts:4',
      'square.ts:4',
    ]);
    await answers({ operation: 'callers', path: 'shape.ts', symbol: 'double' }, [
      'circle.ts:4:area',
      'square.ts:4:area',
    ]);
    await answers({ operation: 'outline', path: 'shape.ts' }, [
      'shape.ts:1:Shape',
      'shape.ts:2:area',
      'shape.ts:4:double',
    ]);
    await answers({ operation: 'workspace_symbols', path: 'shape.ts', query: 'Circle' }, ['circle.ts:2:Circle']);
  });

  it('reaches the model as lines of the files, and as a search where nobody answers', async () => {
    const callers = { name: 'code_intel', args: { op: 'callers', symbol: 'double' } };
    const silent = { name: 'code_intel', args: { op: 'definition', symbol: 'name', path: 'a.hostile' } };
    const finish = { name: 'finish_step', args: { summary: 'Known.', evidence: '' } };
    const model = await useModel(
      playScenario({ turns: [{ calls: [callers] }, { calls: [silent] }, { calls: [finish] }] }),
    );
    const task = await startTask('Who doubles?', 'act');
    await task.end();
    const [first, second] = toolTexts(model.requests.at(-1));
    assert.equal(
      first,
      'circle.ts:4: return double(3); [in area]\nsquare.ts:4: return double(4) + double(5); [in area]',
    );
    assert.match(second ?? '', /^No language server has answered this for the language plaintext/);
  });

  it('waits for a server that is starting', async () => {
    let asked = 0;
    const place = new vscode.Location(vscode.Uri.file(path.join(folder(), 'b.hostile')), new vscode.Position(0, 0));
    const selector = { pattern: '**/*.hostile' };
    registered.push(
      vscode.languages.registerImplementationProvider(selector, {
        provideImplementation: () => {
          asked += 1;
          return asked > 2 ? [place] : [];
        },
      }),
    );
    const answer = await ask({ operation: 'implementations', path: 'a.hostile', symbol: 'name' });
    assert.deepEqual(shown(answer), ['b.hostile:1']);
  });

  it('bears providers that throw, hang, answer nonsense or too much', async () => {
    const selector = { pattern: '**/*.hostile' };
    const reference = (provide: () => vscode.ProviderResult<vscode.Location[]>): vscode.Disposable =>
      vscode.languages.registerReferenceProvider(selector, { provideReferences: provide });
    const question: CodeQuestion = { operation: 'references', path: 'a.hostile', symbol: 'name' };
    const start = new vscode.Position(0, 0);
    const many = reference(() =>
      Array.from({ length: 10_000 }, (_, index) => new vscode.Location(vscode.Uri.parse(`odd://far/${index}`), start)),
    );
    const answer = await ask(question);
    assert.deepEqual([answer.places.length, answer.total], [100, 10_000]);
    assert.match(answer.places[0]?.place ?? '', /^odd:\/\/far\/\d+$/);
    many.dispose();
    const throws = reference(() => {
      throw new Error('I always fail');
    });
    assert.deepEqual((await ask(question)).places, []);
    throws.dispose();
    const nonsense = reference(() => [{ uri: 'no uri', range: 'no range' } as never, null as never]);
    assert.deepEqual((await ask(question)).places, []);
    nonsense.dispose();
    registered.push(reference(() => new Promise(() => {})));
    assert.match((await ask(question)).silence ?? '', /did not answer in 4 s/);
    const cancel = new AbortController();
    const waiting = vscodeCode.ask({ ...question, path: path.join(folder(), 'a.hostile') }, 100, cancel.signal);
    cancel.abort(new Error('Cancelled by the test.'));
    await assert.rejects(waiting, /Cancelled by the test/);
  });
});
