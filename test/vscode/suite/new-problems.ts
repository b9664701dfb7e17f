import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { watchProblems } from '../../../src/host/watch-problems.ts';
import { folder, forgetModels, startTask, toolTexts, useModel, writeProject } from './rig.ts';

const never = new AbortController().signal;
const edit = (from: string, to: string) => ({
  name: 'edit_file',
  args: { path: 'shape.ts', edits: [{ old_text: from, new_text: to }] },
});
const finish = { name: 'finish_step', args: { summary: 'Edited.', evidence: '' } };
const mostEdits = 20;

describe('problems since an edit', () => {
  before(() =>
    writeProject({
      'tsconfig.json': '{"compilerOptions": {"strict": true, "types": []}, "include": ["*.ts"]}\n',
      'shape.ts': 'export function double(size: number): number {\n  return size * 2;\n}\n',
      'use.ts': "import { double } from './shape';\nexport const six = double(3);\n",
      'a.watched': 'good\n',
      'b.watched': 'good\n',
    }),
  );
  after(() => writeProject({}));
  afterEach(forgetModels);

  it('of a real language server stand in the result of the edit, in files that use it, too', async () => {
    for (const name of ['shape.ts', 'use.ts'])
      await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder(), name)), {
        preview: false,
        viewColumn: name === 'use.ts' ? 2 : 1,
      });
    let edits = 0;
    const told = { red: '', green: '' };
    // A busy server may need more than the second that an edit waits: the next edit tells.
    await useModel((request) => {
      const last = toolTexts(request).at(-1) ?? '';
      if (/^New problems/m.test(last)) told.red ||= last;
      if (/^No new problems\. \d problems? (?:is|are) gone/m.test(last)) told.green ||= last;
      if ((told.red && told.green) || edits >= mostEdits) return { calls: [finish] };
      edits += 1;
      return { calls: [edits % 2 === 1 ? edit('size: number', 'size: string') : edit('size: string', 'size: number')] };
    });
    const task = await startTask('Try both kinds of size', 'act');
    await task.end();
    assert.match(told.red, /^shape\.ts:2: error: .*arithmetic operation.* \(ts\)$/m);
    assert.match(told.red, /^use\.ts:2: error: .*not assignable.* \(ts\)$/m);
    assert.doesNotMatch(told.red, /may be older/);
    assert.notEqual(told.green, '');
  });

  it('are waited for from whoever tells them, in files that did not change as well, and not for ever', async () => {
    const collection = vscode.languages.createDiagnosticCollection('watching');
    const [changing, other] = ['a.watched', 'b.watched'].map((name) => vscode.Uri.file(path.join(folder(), name)));
    assert.ok(changing && other);
    const bad = new vscode.Diagnostic(new vscode.Range(0, 0, 0, 3), 'Bad.');
    try {
      const watch = watchProblems([changing.fsPath], diagnosticsNow);
      assert.deepEqual(watch.unseen, [changing.fsPath]);
      const waiting = watch.after(never);
      collection.set(other, [bad]);
      collection.set(changing, [bad]);
      const { problems, heard } = await waiting;
      assert.deepEqual(
        [heard, problems.map((each) => path.basename(each.path)).toSorted()],
        [true, ['a.watched', 'b.watched']],
      );
      const silent = watchProblems([other.fsPath], diagnosticsNow);
      assert.equal((await silent.after(never)).heard, false);
      const cancelled = watchProblems([path.join(folder(), 'gone.watched')], diagnosticsNow);
      assert.equal((await cancelled.after(AbortSignal.abort())).heard, false);
    } finally {
      collection.dispose();
    }
  });
});

function diagnosticsNow() {
  return vscode.languages
    .getDiagnostics()
    .flatMap(([uri, found]) =>
      found.map(({ message, range }) => ({
        path: uri.fsPath,
        line: range.start.line + 1,
        severity: 'error' as const,
        message,
        source: '',
      })),
    )
    .filter((each) => each.path.endsWith('.watched'));
}
