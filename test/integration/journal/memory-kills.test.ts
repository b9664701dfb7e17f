import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createJournalFolder, type JournalFolder } from './journal-fixture.ts';

const kills = process.env['OPENMAGUS_KILLS'] === 'all' ? 20 : 5;

describe('memories while processes die and write side by side', function () {
  this.timeout(120_000);
  let folder: JournalFolder;
  beforeEach(async () => {
    folder = await createJournalFolder();
  });
  afterEach(() => folder.remove());

  it(`are all there after ${kills} kills, in the store and for the servers`, async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < kills; round += 1) {
      const child = rememberInChild(folder.file, `round${round}`);
      while (child.ids().length < 10) await once(child.process.stdout ?? child.process, 'data');
      child.process.kill('SIGKILL');
      await once(child.process, 'close');
      acknowledged.push(...child.ids());
    }
    await assertAllThere(acknowledged);
  });

  it('of three processes at once are all there', async () => {
    const children = ['a', 'b', 'c'].map((name) => rememberInChild(folder.file, name, 60));
    await Promise.all(children.map((child) => once(child.process, 'close')));
    const ids = children.flatMap((child) => child.ids());
    assert.equal(ids.length, 180);
    await assertAllThere(ids);
  });

  async function assertAllThere(ids: readonly string[]): Promise<void> {
    const { memory } = await folder.open();
    assert.ok(ids.length > 0);
    assert.equal((await memory.byIds(ids)).length, ids.length);
    const { puts } = await memory.changes({ key: 'r', kind: 'fact', limit: 100_000 });
    const waiting = new Set(puts.map(({ id }) => id));
    assert.deepEqual(
      ids.filter((id) => !waiting.has(id)),
      [],
    );
    const [ranking] = await memory.search(
      { text: `${ids.at(-1)}`, kinds: ['fact'], limit: 5 },
      new AbortController().signal,
    );
    assert.ok((ranking?.records.length ?? 0) > 0);
  }
});

function rememberInChild(file: string, name: string, times = Infinity) {
  const script = fileURLToPath(new URL('remembering-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, file, name, String(times)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  // Only whole lines count: the last one may have been cut by the kill.
  const ids = (): readonly string[] =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' ', 1)[0] ?? '');
  return { process: child, ids };
}
