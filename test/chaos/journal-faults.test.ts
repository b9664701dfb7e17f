import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskEvent } from '../../src/protocol/task-event.ts';
import { buildExtension, projectFolder } from '../support/extension-package.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { unconfined } from '../support/unconfined.ts';
import { assertWantedTree, carefulModel, goalIn } from './careful-task.ts';
import { type Ended, lastWords, logOf, modelWords, newPlace, openmagus, type Place } from './command-line.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from './small-disk.ts';
import { assertWholeLog } from './whole-log.ts';

/** Longer than the journal waits for a lock, for the event and then for the end of the task. */
const longLockMs = 13_000;

describe('faults of the journal', () => {
  let model: ScriptedModel;
  let place: Place;
  before(async function () {
    this.timeout(60_000);
    await buildExtension();
    model = await startScriptedModel(carefulModel);
  });
  after(() => model.close());
  beforeEach(async () => {
    place = await newPlace();
  });
  afterEach(() => place.remove());

  const journal = (suffix = ''): string => path.join(place.home, `openmagus.db${suffix}`);

  /** A run that something happens to right after the nth event of a type. */
  function run(
    type?: TaskEvent['type'],
    nth = 1,
    happens: (kill: () => void) => void = (kill) => kill(),
  ): Promise<Ended> {
    let seen = 0;
    const words = ['run', ...modelWords(model.url), '--workspace', place.workspace, goalIn()];
    return openmagus(words, place, ({ event }, _count, child) => {
      if (event.type !== type) return;
      seen += 1;
      if (seen === nth) happens(() => child.kill('SIGKILL'));
    }).ended;
  }

  function resume(taskId = logOf(place.home)[0]?.taskId ?? ''): Promise<Ended> {
    return openmagus(['resume', taskId, ...modelWords(model.url)], place).ended;
  }

  async function assertResumable(): Promise<void> {
    const ended = await resume();
    assert.equal(ended.code, 0, lastWords(ended));
    assertWholeLog(logOf(place.home));
    await assertWantedTree(place.workspace);
  }

  for (const [what, from, to] of [
    ['header', 0, 100],
    ['middle', 4096 * 3, 4096 * 5],
  ] as const) {
    it(`a damaged ${what}: set aside untouched with a message, and work goes on`, async () => {
      assert.equal((await run()).code, 0);
      await overwrite(journal(), from, to);
      const damaged = await readFile(journal());
      const unknown = await resume('t-former');
      assert.equal(unknown.code, 2);
      assert.match(
        unknown.errors,
        /The journal .* was damaged\. It was kept as .*damaged-.*; OpenMagus goes on with a new/,
      );
      assert.match(unknown.errors, /There is no task t-former/);
      const aside = (await readdir(place.home)).filter((name) => /\.damaged-[^.]*$/.test(name));
      assert.equal(aside.length, 1);
      assert.ok(damaged.equals(await readFile(path.join(place.home, aside[0] ?? ''))));
      const next = await newPlace();
      const words = ['run', ...modelWords(model.url), '--workspace', next.workspace, goalIn()];
      const after = await openmagus(words, { workspace: next.workspace, home: place.home }).ended;
      assert.equal(after.code, 0, after.errors);
      assert.equal(after.errors, '');
      await next.remove();
    }).timeout(60_000);
  }

  it('a write-ahead log cut off in the middle of its last entry: what is whole is kept and the task goes on', async () => {
    // Nobody may open it in between: that would empty the log into the file.
    const { events } = await run('plan-proposed');
    await truncate(journal('-wal'), (await stat(journal('-wal'))).size - 1000);
    const { code, errors } = await resume(events[0]?.taskId);
    assert.equal(code, 0, errors);
    assertWholeLog(logOf(place.home));
    await assertWantedTree(place.workspace);
    assert.deepEqual(await asides(), []);
  }).timeout(60_000);

  it('a newer version: says to update, and leaves every byte alone', async () => {
    await run('plan-proposed');
    change(journal(), 'PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = 99');
    const before = await readFile(journal());
    const { code, errors } = await resume('t-any');
    assert.equal(code, 2);
    assert.match(errors, /was written by a newer OpenMagus .* Update OpenMagus, or set OPENMAGUS_HOME/);
    assert.ok(before.equals(await readFile(journal())));
  }).timeout(60_000);

  it('a lock shorter than the patience: nobody notices', async () => {
    const { code, errors } = await run('tool-call-ended', 3, () => void lockFor(journal(), 2500));
    assert.equal(code, 0, errors);
    assertWholeLog(logOf(place.home));
    await assertWantedTree(place.workspace);
  }).timeout(60_000);

  it('a lock longer than the patience: stops with a message, loses nothing, goes on later', async () => {
    let unlocked: Promise<void> = Promise.resolve();
    const { code, errors } = await run('tool-call-ended', 3, () => {
      unlocked = lockFor(journal(), longLockMs);
    });
    assert.notEqual(code, 0);
    assert.match(errors, /is locked by another program\. .*Close what has it open/);
    await unlocked;
    await assertResumable();
  }).timeout(90_000);

  describe('on a disk of its own', () => {
    before(function () {
      const why = whyNoSmallDisk();
      if (why === undefined) return;
      console.log(`      skipped: ${why}`);
      this.skip();
    });

    /** The data of the task lie on it; it hides what was written there before. */
    const smallDisk = async (megabytes: number): Promise<SmallDisk> => {
      const disk = await mountSmallDisk(place.home, megabytes);
      unconfined(place.home);
      return disk;
    };

    it('read-only: says so when it opens, and the task goes on when it may write again', async () => {
      const disk = await smallDisk(20);
      try {
        await run('tool-call-ended', 5);
        const taskId = logOf(place.home)[0]?.taskId;
        disk.readOnly(true);
        const { code, errors } = await resume(taskId);
        assert.equal(code, 2);
        assert.match(
          errors,
          /cannot be (opened|written) .*Give yourself (write )?access to it and its folder, or set OPENMAGUS_HOME/,
        );
        disk.readOnly(false);
        await assertResumable();
      } finally {
        disk.unmount();
      }
    }).timeout(60_000);

    for (const nth of [2, 8, 17]) {
      it(`full from the ${nth}th answer on: stops with a message, nothing half written, goes on when there is room`, async () => {
        const disk = await smallDisk(12);
        try {
          const { code, errors } = await run('tool-call-ended', nth, disk.fill);
          assert.notEqual(code, 0);
          assert.match(errors, /disk .*is full.*Free some space/);
          disk.empty();
          await assertResumable();
        } finally {
          disk.unmount();
        }
      }).timeout(60_000);
    }

    it('full before it begins: says so, and begins when there is room', async () => {
      const disk = await smallDisk(12);
      try {
        disk.fill();
        const { code, errors } = await run();
        assert.notEqual(code, 0);
        assert.match(errors, /disk .*is full.*Free some space/);
        disk.empty();
        const then = await run();
        assert.equal(then.code, 0, lastWords(then));
        await assertWantedTree(place.workspace);
      } finally {
        disk.unmount();
      }
    }).timeout(60_000);

    it('full while memories come in: keeps whole ones, says so, and takes the rest when there is room', async () => {
      const disk = await smallDisk(8);
      await writeFile(path.join(place.home, 'filler'), new Uint8Array(4_000_000));
      try {
        const rows = Array.from({ length: 300 }, (_, index) => ({
          kind: 'fact',
          id: `fact-${index}`,
          text: `Fact ${index}: ${'words of a long memory '.repeat(900)}`,
        }));
        const lines = rows.map((row) => JSON.stringify(row)).join('\n');
        const memory = (words: readonly string[], input = '') =>
          spawnSync(process.execPath, [path.join(projectFolder, 'dist', 'cli.js'), 'memory', ...words], {
            env: { ...process.env, OPENMAGUS_HOME: place.home },
            encoding: 'utf8',
            input,
            maxBuffer: 64_000_000,
          });
        const { status, stderr } = memory(['import', '-'], lines);
        assert.notEqual(status, 0);
        assert.match(stderr, /disk .*is full.*Free some space/);
        const kept = memory(['export']).stdout.split('\n').slice(0, -1);
        assert.ok(kept.length < rows.length);
        for (const line of kept)
          assert.match((JSON.parse(line) as { text: string }).text, /^Fact \d+: (words of a long memory ?){900}$/);
        disk.empty();
        assert.equal(memory(['import', '-'], JSON.stringify({ kind: 'fact', text: 'There is room.' })).status, 0);
        assert.equal(memory(['export']).stdout.split('\n').length - 1, kept.length + 1);
      } finally {
        disk.unmount();
      }
    }).timeout(60_000);

    it('full under the workspace: an edit leaves the old file whole and nothing beside it', async () => {
      const disk = await mountSmallDisk(place.workspace, 1);
      try {
        const big = path.join(place.workspace, 'big.txt');
        const file = await open(big, 'w');
        await file.writeFile(`first line\n${'x'.repeat(99)}\n`.padEnd(300_000, 'y'));
        await file.close();
        const old = await readFile(big);
        disk.fill();
        const edit = { path: 'big.txt', edits: [{ old_text: 'first line', new_text: 'FIRST LINE' }] };
        const rows = [
          { tool: 'read_file', input: { path: 'big.txt' } },
          { tool: 'edit_file', input: edit, approve: 'yes' },
          { tool: 'write_file', input: { path: 'deep/new.txt', content: 'x'.repeat(200_000) }, approve: 'yes' },
        ];
        const answers = await batch(place, rows);
        for (const answer of answers.slice(1)) {
          assert.equal(answer.ok, false);
          assert.match(answer.content, /The disk is full; .* as it was before\. Free some space/);
        }
        assert.ok(old.equals(await readFile(big)));
        assert.deepEqual((await readdir(place.workspace)).sort(), ['big.txt', 'filler']);
      } finally {
        disk.unmount();
      }
    }).timeout(60_000);
  });

  async function asides(): Promise<readonly string[]> {
    return existsSync(place.home) ? (await readdir(place.home)).filter((name) => name.includes('damaged')) : [];
  }
});

interface Answer {
  readonly ok: boolean;
  readonly content: string;
}

async function batch(place: Place, rows: readonly unknown[]): Promise<readonly Answer[]> {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const { answers } = await openmagus(['tool', '--batch', '--workspace', place.workspace], place, () => {}, text).ended;
  return answers as readonly Answer[];
}

function change(file: string, statements: string): void {
  const database = new DatabaseSync(file);
  database.exec(statements);
  database.close();
}

async function overwrite(file: string, from: number, to: number): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(to - from, 0xa5), 0, to - from, from);
  await handle.close();
}

async function lockFor(file: string, ms: number): Promise<void> {
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec('BEGIN IMMEDIATE');
  await sleep(ms);
  database.exec('ROLLBACK');
  database.close();
}
