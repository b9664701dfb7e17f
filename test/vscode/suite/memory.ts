import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { playScenario } from '../../support/scripted-model.ts';
import {
  activated,
  answering,
  eventually,
  folder,
  forgetModels,
  startTask,
  unanswered,
  useModel,
  writeProject,
} from './rig.ts';

const place = (name: string) => path.join(folder(), name);
const idsOf = async (text: string): Promise<readonly string[]> =>
  (await (await activated()).recall(text, 50)).map(({ id }) => id).sort();

/** What a person brings from elsewhere. */
async function bring(...lines: readonly (string | Readonly<Record<string, unknown>>)[]): Promise<void> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await writeFile(place('in.jsonl'), text);
  await vscode.commands.executeCommand('openmagus.importMemories', vscode.Uri.file(place('in.jsonl')));
}
const fact = (id: string, text: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id,
  kind: 'fact',
  text,
  workspace: folder(),
  source: 'the wiki',
  ...more,
});
const forget = (choice: unknown, yes = true) =>
  answering(yes, () => vscode.commands.executeCommand('openmagus.forgetMemory', choice));

describe('memories', () => {
  beforeEach(() => writeProject({ 'notes.txt': 'one\n' }));
  afterEach(async () => {
    await forget({ all: true });
    await forgetModels();
  });

  it('come in line by line; wrong lines are listed and keep no other out', async () => {
    await bring(fact('fa-1', 'The heron nests at the pond.'), 'no json', { kind: 'wish', text: 'x' });
    assert.deepEqual(await idsOf('heron'), ['fa-1']);
    const listed = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(listed, /line 2: It is not JSON/);
    assert.match(listed, /line 3: /);
  });

  it('go out as lines that come in again', async () => {
    await bring(fact('fa-1', 'The heron nests.'), fact('fa-2', 'The otter swims.'));
    await vscode.commands.executeCommand('openmagus.exportMemories', vscode.Uri.file(place('out.jsonl')));
    const lines = (await readFile(place('out.jsonl'), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, 2);
    await forget({ all: true });
    assert.deepEqual(await idsOf('heron otter'), []);
    await bring(...lines);
    assert.deepEqual(await idsOf('heron otter'), ['fa-1', 'fa-2']);
  });

  it('are forgotten after a yes to what will go, and not after a no', async () => {
    await bring(fact('fa-1', 'The heron nests.'), fact('fa-2', 'The otter swims.'));
    const [asked] = await forget({ ids: ['fa-1'] }, false);
    assert.match(asked?.title ?? '', /this memory/);
    assert.match(asked?.detail ?? '', /fact: The heron nests\./);
    assert.deepEqual(await idsOf('heron otter'), ['fa-1', 'fa-2']);
    await forget({ ids: ['fa-1'] });
    assert.deepEqual(await idsOf('heron otter'), ['fa-2']);
  });

  it('are forgotten by words, by source, by time and all of them', async () => {
    await bring(
      fact('fa-1', 'The heron nests.'),
      fact('fa-2', 'The otter swims.', { source: 'a rumour' }),
      fact('fa-3', 'The otter sleeps.', { at: '2020-05-01T10:00:00.000Z' }),
      fact('fa-4', 'The otter eats.'),
    );
    for (const [choice, left] of [
      [{ query: 'heron' }, ['fa-2', 'fa-3', 'fa-4']],
      [{ source: 'a rumour' }, ['fa-3', 'fa-4']],
      [{ from: '2020-01-01', to: '2021-01-01' }, ['fa-4']],
      [{ all: true }, []],
    ] as const) {
      assert.equal((await forget(choice)).length, 1);
      assert.deepEqual(await idsOf('heron otter'), left);
    }
    assert.deepEqual(await forget({ all: true }), [], 'nothing is left to ask about');
  });

  it('of a task that ended are there at once, and the explorer opens', async () => {
    await useModel(playScenario({ turns: [{ calls: [{ name: 'answer', args: { text: 'It says one.' } }] }] }));
    await (await startTask('Read the cormorant notes')).end();
    assert.equal((await idsOf('cormorant')).length, 1);
    await vscode.commands.executeCommand('openmagus.memory.focus');
    await vscode.commands.executeCommand('openmagus.openMemory');
    await eventually(
      () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === 'OpenMagus')),
      'the panel',
    );
  });

  it('stay where they are when a file cannot be read', async () => {
    await bring(fact('fa-1', 'The heron nests.'));
    await unanswered('openmagus.importMemories', vscode.Uri.file(place('missing.jsonl')));
    assert.equal(existsSync(place('missing.jsonl')), false);
    assert.deepEqual(await idsOf('heron'), ['fa-1']);
  });
});
