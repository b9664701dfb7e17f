import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mountSmallDisk, whyNoSmallDisk } from '../../chaos/small-disk.ts';
import { until } from '../../support/until.ts';
import { type IndexRig, indexRig, signal } from './index-rig.ts';

const many = 1500;

describe('the workspace index in trouble', function () {
  this.timeout(120_000);
  let rig: IndexRig;
  beforeEach(async () => {
    rig = await indexRig();
  });
  afterEach(() => rig.remove());

  const writeMany = (): Promise<void> => {
    const body = Array.from({ length: 40 }, (_, n) => `const value${n} = compute(${n});`).join('\n');
    return rig.write(
      Object.fromEntries(Array.from({ length: many }, (_, n) => [`f${n}.ts`, `// needle ${n}\n${body}\n`])),
    );
  };

  it('goes on where it was after kills in the middle, and ends whole', async () => {
    await writeMany();
    const begun: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const child = indexInChild(rig);
      const [first = 0] = await child.told((lines) => Number(lines.at(-1)) >= Number(lines[0]) + 100);
      begun.push(Number(first));
      child.kill();
      await child.ended;
    }
    // Each child began with what the former ones had done.
    assert.ok((begun[1] ?? 0) >= 100 && (begun[2] ?? 0) >= (begun[1] ?? 0) + 100, begun.join(' '));
    const index = rig.open();
    await index.refresh([rig.root], signal);
    assert.ok((rig.states.find(({ total }) => total === many)?.done ?? 0) > (begun[2] ?? 0));
    assert.deepEqual((await rig.find(index, 'needle')).state, { phase: 'ready', done: many, total: many });
    assert.equal((await rig.chunksOf('f7.ts')).length, 1);
  });

  it('of two processes one builds, the other waits and reads what is there', async () => {
    await writeMany();
    const child = indexInChild(rig, 100);
    await child.told((lines) => lines.includes('paused'));
    const index = rig.open();
    await index.refresh([rig.root], signal);
    const { files, state } = await rig.find(index, 'needle 3');
    assert.equal(state.phase, 'paused');
    assert.match(state.reason ?? '', /another window or process/);
    assert.ok(files.length > 0);
    child.kill();
    await child.ended;
    await index.refresh([rig.root], signal);
    assert.equal((await rig.find(index, 'needle')).state.phase, 'ready');
  });

  it('closes in the middle without waiting for the end', async () => {
    await writeMany();
    const index = rig.open({}, 100);
    const refreshed = index.refresh([rig.root], signal);
    await soon(() => rig.states.at(-1)?.phase === 'paused');
    await index.close();
    await refreshed;
    assert.ok((rig.states.at(-1)?.done ?? 0) < many);
    const next = rig.open();
    await next.refresh([rig.root], signal);
    assert.equal((await rig.find(next, 'needle')).state.done, many);
  });

  it('answers while it is being built', async () => {
    await writeMany();
    const index = rig.open({}, 100);
    void index.refresh([rig.root], signal);
    await soon(() => rig.states.at(-1)?.phase === 'paused');
    const { files, state } = await rig.find(index, 'needle 3');
    assert.ok(state.done >= 100 && state.done < many && state.total === many, JSON.stringify(state));
    assert.ok(files.length > 0);
  });

  it('waits while held, and while the machine runs on its battery', async () => {
    await rig.write({ 'a.ts': 'needle' });
    const battery = path.join(rig.powerSupply, 'BAT0');
    await mkdir(battery);
    await writeFile(path.join(battery, 'type'), 'Battery\n');
    await writeFile(path.join(battery, 'status'), 'Discharging\n');
    const onBattery = rig.open();
    void onBattery.refresh([rig.root], signal);
    await soon(() => rig.states.some(({ phase, reason }) => phase === 'paused' && /battery/.test(reason ?? '')));
    assert.deepEqual(await rig.paths(onBattery, 'needle'), []);
    await onBattery.close();
    const mains = path.join(rig.powerSupply, 'AC');
    await mkdir(mains);
    await writeFile(path.join(mains, 'type'), 'Mains\n');
    await writeFile(path.join(mains, 'online'), '1\n');
    const index = rig.open();
    await index.refresh([rig.root], signal);
    assert.deepEqual(await rig.paths(index, 'needle'), ['a.ts']);
    index.hold(true);
    await rig.write({ 'b.ts': 'needle' });
    const refreshed = index.refresh([rig.root], signal);
    await soon(() => rig.states.at(-1)?.reason === 'you are typing');
    assert.deepEqual(await rig.paths(index, 'needle'), ['a.ts']);
    index.hold(false);
    await refreshed;
    assert.deepEqual((await rig.paths(index, 'needle')).toSorted(), ['a.ts', 'b.ts']);
  });

  for (const [what, damage] of Object.entries({
    'is no database': (file: string) =>
      writeFile(file, 'no database at all, but long enough to be read as one. '.repeat(100)),
    'was cut off': async (file: string) => truncate(file, Math.floor((await stat(file)).size / 2)),
    'is damaged inside': async (file: string) => {
      const handle = await open(file, 'r+');
      const { size } = await handle.stat();
      for (let at = 8192; at < size; at += 4096) await handle.write(Buffer.alloc(2048, 0xff), 0, 2048, at);
      await handle.close();
    },
    'is of another format': (file: string) => setFormat(file, 99),
  })) {
    it(`that ${what} is built anew`, async () => {
      await writeMany();
      const first = rig.open();
      await first.refresh([rig.root], signal);
      await first.close();
      await damage(await rig.databaseFile());
      const index = rig.open();
      await index.refresh([rig.root], signal);
      // Damage that only a search meets is met here.
      await rig.find(index, 'needle 3');
      await index.refresh([rig.root], signal);
      const { files, state } = await rig.find(index, 'needle 3');
      assert.deepEqual(state, { phase: 'ready', done: many, total: many });
      assert.equal(files[0]?.path, 'f3.ts');
    });
  }

  it('is off where its home cannot be made, and says why', async () => {
    await rig.write({ 'a.ts': 'needle' });
    await mkdir(path.dirname(rig.home));
    await writeFile(rig.home, 'a file where a folder should be');
    const index = rig.open();
    await index.refresh([rig.root], signal);
    const { files, state } = await rig.find(index, 'needle');
    assert.deepEqual(files, []);
    assert.equal(state.phase, 'off');
    assert.ok(state.reason);
  });

  it('is off on a full disk and on a read-only one, and goes on when there is room again', async function () {
    if (whyNoSmallDisk() !== undefined) return this.skip();
    await writeMany();
    const disk = await mountSmallDisk(rig.home, 2);
    try {
      const index = rig.open();
      await index.refresh([rig.root], signal);
      const full = await rig.find(index, 'needle');
      assert.equal(full.state.phase, 'off');
      assert.match(full.state.reason ?? '', /full/);
      await index.close();
      disk.readOnly(true);
      const readOnly = rig.open();
      await readOnly.refresh([rig.root], signal);
      assert.equal((await rig.find(readOnly, 'needle')).state.phase, 'off');
      await readOnly.close();
    } finally {
      disk.unmount();
    }
    const index = rig.open();
    await index.refresh([rig.root], signal);
    assert.equal((await rig.find(index, 'needle')).state.phase, 'ready');
  });

  it('that was copied from another machine in the middle of writing is read or built anew', async () => {
    await writeMany();
    const index = rig.open({}, 300);
    const refreshed = index.refresh([rig.root], signal);
    await soon(() => rig.states.at(-1)?.phase === 'paused');
    const file = await rig.databaseFile();
    const copy = await readFile(file);
    await index.close();
    await refreshed;
    await writeFile(file, copy);
    const next = rig.open();
    await next.refresh([rig.root], signal);
    await rig.find(next, 'needle 3');
    await next.refresh([rig.root], signal);
    assert.equal((await rig.find(next, 'needle 3')).state.done, many);
  });
});

interface IndexingChild {
  /** Resolves with the lines it has printed, once they are enough. */
  told(enough: (lines: readonly string[]) => boolean): Promise<readonly string[]>;
  kill(): void;
  readonly ended: Promise<unknown>;
}

function indexInChild({ root, home, powerSupply }: IndexRig, heldFrom = Infinity): IndexingChild {
  const script = fileURLToPath(new URL('indexing-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, root, home, powerSupply, String(heldFrom)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = once(child, 'close');
  const lines = (): string[] => text.split('\n').slice(0, -1);
  return {
    told: async (enough) => {
      while (!enough(lines())) await Promise.race([once(child.stdout, 'data'), ended.then(failEarly)]);
      return lines();
    },
    kill: () => child.kill('SIGKILL'),
    ended,
  };
}

/** Looks often: a pause may be short. */
function soon(holds: () => boolean): Promise<void> {
  return until(holds, 20_000, 5);
}

function failEarly(): never {
  throw new Error('the child ended before it had done so much');
}

async function setFormat(file: string, format: number): Promise<void> {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA user_version = ${format}`);
  database.close();
}
