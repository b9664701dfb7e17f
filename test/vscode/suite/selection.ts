import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { readMention } from '../../../src/host/mentions.ts';
import { playScenario } from '../../support/scripted-model.ts';
import { eventually, folder, forgetModels, taskBegunBy, textOf, toolTexts, useModel, writeProject } from './rig.ts';

const problems = vscode.languages.createDiagnosticCollection('till');

describe('on a selection or a problem', () => {
  beforeEach(() => writeProject({ 'till.txt': 'line one\nprize = 3\nline three\n' }));
  afterEach(async () => {
    problems.clear();
    await forgetModels();
  });

  it('explains what is selected and offers nothing that changes files', async () => {
    const model = await useModel(() => ({ calls: [{ name: 'answer', args: { text: 'It is a prize.' } }] }));
    await select(1);
    const task = await taskBegunBy(() => vscode.commands.executeCommand('openmagus.explainSelection'));
    assert.equal(await task.end(), 'unverified');
    const request = model.requests[0];
    assert.match(JSON.stringify(request?.messages), /prize = 3/);
    assert.ok(!JSON.stringify(request?.messages).includes('line three'));
    for (const tool of ['propose_plan', 'edit_file', 'run_command']) assert.ok(!request?.tools.includes(tool), tool);
  });

  it('is read in a folder whose name looks like the place of lines', async () => {
    await writeProject({ 'my-Lib/a#L2-L3.txt': 'one\ntwo\nthree\n' });
    const uri = vscode.Uri.file(path.join(folder(), 'my-Lib', 'a#L2-L3.txt'));
    const place = `${uri.toString()}#L2-L2`;
    assert.equal((await readMention({ kind: 'selection', label: 'a', place })).text, 'two\n');
  });

  for (const name of ['fixSelection', 'refactorSelection', 'documentSelection', 'testSelection']) {
    it(`${name} starts a task on it`, async () => {
      const model = await useModel(() => ({ calls: [{ name: 'answer', args: { text: 'Nothing to do.' } }] }));
      await select(1);
      const task = await taskBegunBy(() => vscode.commands.executeCommand(`openmagus.${name}`));
      await task.end();
      assert.match(JSON.stringify(model.requests[0]?.messages), /prize = 3/);
    });
  }

  it('offers refactorings for a selection, and only for one', async () => {
    const { document, range } = await select(1);
    const offered = await codeActions(document, range, 'refactor.rewrite.magus');
    assert.ok(offered.length >= 3, String(offered.length));
    assert.ok(offered.every((action) => action.command?.command.startsWith('openmagus.')));
    const empty = await codeActions(document, new vscode.Range(0, 0, 0, 0), 'refactor.rewrite.magus');
    assert.deepEqual(empty, []);
  });

  it('offers a quick fix for a problem', async () => {
    const { document, range } = await misspelt();
    const offered = await codeActions(document, range, 'quickfix.magus');
    assert.equal(offered.length, 1);
    assert.match(offered[0]?.title ?? '', /prize is misspelt/);
    assert.equal(offered[0]?.command?.command, 'openmagus.fixDiagnostic');
  });

  it('fixes a problem, told what it is and where', async () => {
    const { document, diagnostic } = await misspelt();
    const edit = { path: 'till.txt', edits: [{ old_text: 'prize', new_text: 'price' }] };
    const model = await useModel(
      playScenario({
        turns: [
          { calls: [{ name: 'diagnostics', args: {} }] },
          { calls: [{ name: 'read_file', args: { path: 'till.txt' } }] },
          { calls: [{ name: 'edit_file', args: edit }] },
          { calls: [{ name: 'finish_step', args: { summary: 'Spelt right.', evidence: '' } }] },
        ],
      }),
    );
    const task = await taskBegunBy(() =>
      vscode.commands.executeCommand('openmagus.fixDiagnostic', document.uri, diagnostic),
    );
    assert.equal(await task.end(), 'unverified');
    assert.equal(await textOf('till.txt'), 'line one\nprice = 3\nline three\n');
    const first = JSON.stringify(model.requests[0]?.messages);
    assert.match(first, /prize is misspelt/);
    assert.match(first, /till\.txt:2/);
    assert.match(toolTexts(model.requests[1]).at(-1) ?? '', /prize is misspelt/);
  });
});

async function select(line: number): Promise<{ document: vscode.TextDocument; range: vscode.Range }> {
  const document = await vscode.workspace.openTextDocument(path.join(folder(), 'till.txt'));
  const editor = await vscode.window.showTextDocument(document);
  const range = document.lineAt(line).range;
  editor.selection = new vscode.Selection(range.start, range.end);
  await eventually(() => vscode.window.activeTextEditor?.selection.isEmpty === false, 'the selection');
  return { document, range };
}

async function misspelt(): Promise<{
  document: vscode.TextDocument;
  range: vscode.Range;
  diagnostic: vscode.Diagnostic;
}> {
  const { document } = await select(1);
  const range = new vscode.Range(1, 0, 1, 5);
  const diagnostic = new vscode.Diagnostic(range, 'prize is misspelt', vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'till';
  problems.set(document.uri, [diagnostic]);
  await eventually(() => vscode.languages.getDiagnostics(document.uri).length === 1, 'the problem');
  return { document, range, diagnostic };
}

async function codeActions(
  document: vscode.TextDocument,
  range: vscode.Range,
  kind: string,
): Promise<readonly vscode.CodeAction[]> {
  const offered = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    kind,
  );
  return offered.filter((action) => action.kind?.value.startsWith(kind));
}
