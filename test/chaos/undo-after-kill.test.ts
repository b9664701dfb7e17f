import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildExtension } from '../support/extension-package.ts';
import { playScenario, type ScriptedCall, type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { logOf, modelWords, newPlace, openmagus, type Place } from './command-line.ts';
import { sideBySide } from './side-by-side.ts';

/** Bytes and permissions that a careless way back would change. */
const originals: Readonly<Record<string, readonly [Buffer, number]>> = {
  'run.sh': [Buffer.from('\ufeff#!/bin/sh\r\necho one\r\necho two'), 0o751],
  'latin.txt': [Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65, 0x0a]), 0o644],
  'data.bin': [Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256)), 0o640],
  'moved.txt': [Buffer.from('stay\n\n'), 0o600],
  'empty.txt': [Buffer.alloc(0), 0o604],
};

const changes: readonly ScriptedCall[] = [
  { name: 'edit_file', args: { path: 'run.sh', edits: [{ old_text: 'echo one', new_text: 'echo ONE' }] } },
  { name: 'delete_file', args: { path: 'data.bin' } },
  { name: 'move_file', args: { from: 'moved.txt', to: 'deep/er/moved.txt' } },
  { name: 'write_file', args: { path: 'new/file.txt', content: 'new\n' } },
  { name: 'edit_file', args: { path: 'run.sh', edits: [{ old_text: 'echo two', new_text: 'echo TWO' }] } },
  { name: 'edit_file', args: { path: 'deep/er/moved.txt', edits: [{ old_text: 'stay', new_text: 'gone' }] } },
  { name: 'delete_file', args: { path: 'empty.txt' } },
];
const finish: ScriptedCall = { name: 'finish_step', args: { summary: 'Done.', evidence: '' } };

describe('undoing after kill -9', () => {
  before(async function () {
    this.timeout(60_000);
    await buildExtension();
  });

  it('brings every byte and every permission back, whichever change was cut off', async () => {
    const moments = changes.flatMap((_, index) =>
      (['tool-call-started', 'files-changing', 'tool-call-ended'] as const).map((type) => [type, index + 1] as const),
    );
    const { kills, broken } = await sideBySide(moments, 2, async ([type, nth]) => {
      const place = await newOriginals();
      await killedRun(place, type, nth);
      const said = await undone(place);
      assert.doesNotMatch(said, /changed outside/);
      assert.deepEqual(await snapshot(place.workspace), await wanted());
      await place.remove();
      return 1;
    });
    console.log(`      ${kills} kills, each undone to the byte`);
    assert.deepEqual(broken, []);
  }).timeout(180_000);

  it('undoes nothing where the user has changed a file since, and shows the difference', async () => {
    const place = await newOriginals();
    // Two answers after the edit of run.sh: how an edit left its file is kept without the edit waiting for it.
    await killedRun(place, 'tool-call-ended', 7);
    await writeFile(path.join(place.workspace, 'run.sh'), 'mine\n');
    const before = await snapshot(place.workspace);
    const said = await undone(place);
    assert.match(said, /run\.sh changed outside this task since its last edit, so nothing was undone/);
    assert.match(said, /\n\+mine/);
    assert.deepEqual(await snapshot(place.workspace), before);
    await place.remove();
  }).timeout(60_000);
});

async function newOriginals(): Promise<Place> {
  const place = await newPlace(async (workspace) => {
    await mkdir(workspace, { recursive: true });
    for (const [name, [content, mode]] of Object.entries(originals)) {
      await writeFile(path.join(workspace, name), content);
      await chmod(path.join(workspace, name), mode);
    }
  });
  return place;
}

async function killedRun(place: Place, type: string, nth: number): Promise<void> {
  // After the last change it says no more, so that the task cannot end before it is killed.
  await withModel([...changes.map((call) => ({ calls: [call] })), { silence: true }], async (url) => {
    let seen = 0;
    const words = ['run', ...modelWords(url), '--mode', 'act', '--workspace', place.workspace, 'Change everything'];
    const { signal } = await openmagus(words, place, ({ event }, _count, child) => {
      if (event.type === type) seen += 1;
      if (event.type === type && seen === nth) child.kill('SIGKILL');
    }).ended;
    assert.equal(signal, 'SIGKILL');
  });
}

/** Resumes with a model that undoes everything; returns what it was told. */
async function undone(place: Place): Promise<string> {
  const undo: ScriptedCall = { name: 'undo_edits', args: {} };
  return withModel([{ calls: [undo] }, { calls: [finish] }], async (url) => {
    const taskId = logOf(place.home)[0]?.taskId ?? '';
    const { code, errors } = await openmagus(['resume', taskId, ...modelWords(url)], place).ended;
    assert.equal(code, 0, errors);
    const log = logOf(place.home).map(({ event }) => event);
    const calls = log.flatMap((event) => (event.type === 'model-replied' ? event.calls : []));
    const call = calls.findLast(({ name }) => name === 'undo_edits');
    const answer = log.findLast((event) => event.type === 'tool-call-ended' && event.callId === call?.id);
    return answer?.type === 'tool-call-ended' ? answer.content : '';
  });
}

async function withModel<Result>(
  turns: Parameters<typeof playScenario>[0]['turns'],
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const model: ScriptedModel = await startScriptedModel(playScenario({ turns }));
  try {
    return await work(model.url);
  } finally {
    await model.close();
  }
}

type Snapshot = Readonly<Record<string, string>>;

async function snapshot(folder: string): Promise<Snapshot> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const described = files.sort().map(async (file) => {
    const mode = (await stat(file)).mode & 0o7777;
    return [path.relative(folder, file), `${mode.toString(8)} ${(await readFile(file)).toString('hex')}`] as const;
  });
  return Object.fromEntries(await Promise.all(described));
}

async function wanted(): Promise<Snapshot> {
  const entries = Object.entries(originals).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, [content, mode]]) => [name, `${mode.toString(8)} ${content.toString('hex')}`]),
  );
}
