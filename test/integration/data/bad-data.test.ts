import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { explainSqlError } from '../../../src/adapters/data/sqlite/explain-error.ts';
import { processTable } from '../../../src/adapters/process/process-table.ts';
import { isMagusError, type MagusError, toMagusError } from '../../../src/core/errors/magus-error.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';
import { type DataRig, dataRig } from './data-rig.ts';

describe('data that is bad, and SQL that is worse', () => {
  let rig: DataRig;
  beforeEach(async function () {
    this.timeout(60_000);
    rig = await dataRig();
  });
  afterEach(() => rig.remove());

  const failing = async (work: Promise<unknown>): Promise<MagusError> => {
    const error: unknown = await work.then(
      () => assert.fail('it did not fail'),
      (caught: unknown) => caught,
    );
    assert.ok(isMagusError(error), String(error));
    return error;
  };
  const shop = (): string => {
    const file = `${rig.folder}/shop.db`;
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    database.close();
    return file;
  };

  const writing = [
    'DELETE FROM shop.t',
    'DROP TABLE shop.t',
    'WITH x AS (SELECT 1) INSERT INTO shop.t SELECT * FROM x',
    "ATTACH '/tmp/magus-attached.db' AS other",
    "VACUUM INTO '/tmp/magus-copied.db'",
    'PRAGMA query_only = OFF',
    'SELECT 1; DELETE FROM shop.t',
    "SELECT load_extension('/tmp/x.so')",
    "SELECT * FROM pragma_journal_mode('wal')",
    'CREATE TEMP TABLE x (a)',
    'BEGIN',
    '',
    ';',
  ];
  for (const sql of writing) {
    it(`refuses ${sql || 'an empty statement'}`, async () => {
      const file = shop();
      const before = await readFile(file);
      const { kind, code } = await failing(rig.query([file], sql || ' '));
      assert.ok(code === 'NOT_A_QUERY' || code === 'BAD_SQL', `${kind} ${code}`);
      assert.deepEqual(await readFile(file), before);
      assert.deepEqual((await readdir(rig.folder)).sort(), ['home', 'shop.db']);
      assert.ok(!existsSync('/tmp/magus-attached.db') && !existsSync('/tmp/magus-copied.db'));
    });
  }

  const endless = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n, a';
  /** Waits until a database of some query is there, which is then at work. */
  const atWork = async (): Promise<void> => {
    const scratch = `${rig.home}/scratch`;
    for (;;) {
      const calls = await readdir(scratch).catch(() => []);
      if (calls.some((call) => existsSync(`${scratch}/${call}/query.db`))) return;
      await sleep(20);
    }
  };

  it('ends a query that never ends, soon after it is cancelled', async () => {
    const file = await rig.file('a.csv', 'a\n1\n');
    const before = new Set((await processTable()).map(({ pid }) => pid));
    const cancel = new AbortController();
    const asked = rig.query([file], endless, { signal: cancel.signal }).then(
      () => assert.fail('it ended'),
      (caught: unknown) => toMagusError(caught),
    );
    await atWork();
    const own = async (): Promise<readonly number[]> =>
      (await processTable()).flatMap(({ pid, parent }) => (parent === process.pid && !before.has(pid) ? [pid] : []));
    assert.equal((await own()).length, 1);
    const began = performance.now();
    cancel.abort();
    assert.equal((await asked).kind, 'cancelled');
    assert.ok(performance.now() - began < 5000);
    assert.deepEqual(await own(), []);
    assert.deepEqual(await readdir(`${rig.home}/scratch`), []);
  });

  it('ends a query at its time limit, and says what to look for', async () => {
    const file = await rig.file('a.csv', 'a\n1\n');
    const error = await failing(rig.query([file], endless, { timeoutMs: 1500 }));
    assert.equal(error.code, 'TIMEOUT');
    assert.match(error.message, /1\.5 s; nothing of it runs any more.*timeout_s/);
  });

  it('leaves nothing running when the one that asked is killed', async function () {
    if (process.platform !== 'linux') this.skip();
    const file = await rig.file('a.csv', 'a\n1\n');
    const words = [path.join(import.meta.dirname, 'asking-child.ts'), rig.home, file, endless];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    await atWork();
    const working = (await processTable()).filter(({ parent }) => parent === child.pid);
    assert.equal(working.length, 1);
    child.kill('SIGKILL');
    const lives = async (): Promise<boolean> => {
      const now = await processTable();
      return now.some(({ pid, bornAt }) => working.some((each) => each.pid === pid && each.bornAt === bornAt));
    };
    while (await lives()) await sleep(50);
    await rig.query([file], 'SELECT a FROM a');
    assert.deepEqual(await readdir(`${rig.home}/scratch`), []);
  });

  it('names the place of a mistake and the nearest column', async () => {
    const file = await rig.file('sales.csv', 'region,amount\nn,1\n');
    const misspelt = await failing(rig.query([file], 'SELECT region,\n  amout FROM sales'));
    assert.equal(misspelt.code, 'BAD_SQL');
    assert.match(
      misspelt.message,
      /no such column: amout \(at line 2, character 3\)\. The nearest name is amount\. Tables: sales\(region, amount\)/,
    );
    const table = await failing(rig.query([file], 'SELECT * FROM sale'));
    assert.match(table.message, /no such table: sale \(at line 1, character 15\)\. The nearest name is sales/);
    const nonsense = await failing(rig.query([file], 'SELECT region FRM sales WHERE'));
    assert.match(nonsense.message, /near "\w+": syntax error \(at line 1, character \d+\)/);
  });

  const telling: readonly (readonly [string, RegExp])[] = [
    ['SELECT full_nam FROM t', /no such column: full_nam \(at.*The nearest name is full_name/],
    ['SELECT prohibited FROM t', /no such column: prohibited/],
    ['SELECT "readonly database" FROM t', /no such column: "readonly database"/],
    ['SELECT full_name FROM "not authorized"', /no such table: not authorized/],
    ['SELECT full_name FROM "disk is full"', /no such table: disk is full/],
  ];
  for (const [sql, message] of telling) {
    it(`is not misled by names in a statement: ${sql}`, async () => {
      const error = await failing(rig.query([await rig.file('t.csv', 'full_name\nAnn\n')], sql));
      assert.deepEqual([error.kind, error.code], ['tool-input', 'BAD_SQL'], error.message);
      assert.match(error.message, message);
    });
  }

  it('knows by its code that the room is used up', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('PRAGMA max_page_count = 3; CREATE TABLE t (a)');
    const sql = "INSERT INTO t VALUES (printf('%.*c', 100000, 'x'))";
    const { code } = explainSqlError(
      thrownBy(() => database.exec(sql)),
      sql,
      [],
    );
    assert.equal(code, 'TOO_LARGE');
    database.exec('PRAGMA query_only = ON');
    const writing = explainSqlError(
      thrownBy(() => database.exec('DELETE FROM t')),
      'DELETE FROM t',
      [],
    );
    assert.equal(writing.code, 'NOT_A_QUERY');
    database.close();
  });

  it('reads the rest of a database in which some tables are broken', async () => {
    const file = `${rig.folder}/half.db`;
    const database = new DatabaseSync(file);
    database.exec(`CREATE TABLE fine (x); INSERT INTO fine VALUES (5); CREATE TABLE gone (a);
      CREATE VIEW stale AS SELECT a FROM gone; CREATE VIEW fails AS SELECT json_extract('{', x) AS j FROM fine;
      CREATE VIRTUAL TABLE strange USING fts5(text); CREATE VIRTUAL TABLE words USING fts5(text);
      INSERT INTO words VALUES ('one two'); DROP TABLE gone`);
    database.close();
    // A module that no database here has.
    const bytes = (await readFile(file))
      .toString('latin1')
      .replace('TABLE strange USING fts5', 'TABLE strange USING none');
    await writeFile(file, bytes, 'latin1');
    const { tables, notes } = await rig.inspect(file);
    const found = tables.map(({ name }) => name);
    assert.ok(found.includes('fine') && found.includes('words'), found.join());
    assert.ok(!['stale', 'strange', 'fails'].some((name) => found.includes(name)), found.join());
    assert.deepEqual(notes.map((note) => note.replace(/main\.|half\./, '')).sort(), [
      'fails is left out, it cannot be read: malformed JSON.',
      'stale is left out, it cannot be read: no such table: gone.',
      'strange is left out, it cannot be read: no such module: none.',
    ]);
    assert.deepEqual(await rig.rows([file], 'SELECT x FROM fine'), [[5]]);
    assert.deepEqual(await rig.rows([file], "SELECT text FROM words WHERE words MATCH 'two'"), [['one two']]);
    const broken: readonly (readonly [string, RegExp])[] = [
      [
        'SELECT * FROM stale',
        /half\.stale cannot be read \(no such table: .*gone\): leave it out of the query\. Tables: .*fine\(x\)/,
      ],
      ['SELECT * FROM half.strange', /half\.strange cannot be read \(no such module: none\)/],
      ['SELECT * FROM fails', /malformed JSON/],
      ['SELECT * FROM fin', /no such table: fin .*The nearest name is fine\./],
    ];
    for (const [sql, message] of broken) {
      const error = await failing(rig.query([file], sql));
      assert.deepEqual([error.kind, error.code], ['tool-input', 'BAD_SQL'], error.message);
      assert.match(error.message, message);
    }
  });

  it('says how many columns a database takes, and what to do', async () => {
    const names = Array.from({ length: 2500 }, (_, index) => `c${index}`);
    const file = await rig.file('wide.csv', `${names}\n${names}\n`);
    const { kind, code, message } = await failing(rig.query([file], 'SELECT * FROM wide'));
    assert.deepEqual([kind, code], ['tool-failed', 'TOO_WIDE']);
    assert.match(message, /wide has 2500 columns.*read 2500 of them.*takes 2000\. Name the columns/);
  });

  it('says what to do where a file of JSON lines has none', async () => {
    const file = await rig.file('one.jsonl', '{\n  "a":\n  [1]\n}\n'.replaceAll('[1]', '[ 1'));
    const error = await failing(rig.rows([file], 'SELECT a FROM one'));
    assert.equal(error.code, 'EMPTY');
    assert.match(error.message, /none of its lines is JSON by itself.*ending \.json\.$/);
  });

  it('reads only what was decided', async () => {
    const file = await rig.file('a.csv', 'a\n1\n');
    const source = { path: file, shown: 'a.csv' };
    const call = { ...rig.callOf([source]), authorized: sealAuthorized([], 'hash') };
    const signal = new AbortController().signal;
    assert.equal((await failing(rig.data.inspect(call, source, signal))).code, 'UNDECIDED');
    await symlink(file, `${rig.folder}/link.csv`);
    assert.equal((await failing(rig.rows([`${rig.folder}/link.csv`], 'SELECT 1'))).code, 'STALE');
  });

  const unreadable: readonly (readonly [string, string, Uint8Array | string, string])[] = [
    ['a binary file', 'x.csv', Buffer.from([1, 0, 2, 0, 0, 0, 3, 200, 9, 0, 0, 1]), 'BINARY'],
    ['an empty file', 'x.csv', '', 'EMPTY'],
    ['a quote that never closes', 'x.csv', 'a,b\n1,"x\n2,y\n', 'BAD_QUOTES'],
    ['JSON that is none', 'x.json', '{"a": [1, }', 'BAD_JSON'],
    ['an array that is cut short', 'x.json', `[${'{"a":1},'.repeat(9000)}`, 'DAMAGED'],
    ['gzip that is cut short', 'x.csv.gz', zlib.gzipSync('a,b\n'.repeat(90_000)).subarray(0, 200), 'DAMAGED'],
    ['an SQLite file that is damaged', 'x.db', `SQLite format 3\0${'x'.repeat(5000)}`, 'DAMAGED'],
    ['an encoding that is not known', 'e.csv', 'a\n1\n', 'BAD_ENCODING'],
  ];
  for (const [what, name, content, code] of unreadable) {
    it(`says what is wrong with ${what}`, async () => {
      const content_file = await rig.file(name, content);
      const source = { path: content_file, shown: name, ...(code === 'BAD_ENCODING' ? { encoding: 'utf-9' } : {}) };
      const error = await failing(rig.rows([source], 'SELECT * FROM x'));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, /[A-Z][^.]*\.\s*$|[.)]$/);
    });
  }

  it('says of a folder, and of what is not there, what to do', async () => {
    await mkdir(`${rig.folder}/sub`);
    assert.equal((await failing(rig.inspect(`${rig.folder}/sub`))).code, 'UNREADABLE');
    assert.equal((await failing(rig.inspect(`${rig.folder}/none.csv`))).code, 'NOT_FOUND');
  });

  it('reads ragged rows, stray quotes and mixed encodings, and says so', async () => {
    const latin = Buffer.from('8,Jürg,z\n', 'latin1');
    const rows = Buffer.from(`a,b,c\n1,2,3\n4,5\n6,"x"y,7,extra\n${'9,ok,z\n'.repeat(200_000)}`);
    const file = await rig.file('r.csv', Buffer.concat([rows, latin]));
    const answer = await rig.query([file], 'SELECT a, b, c FROM r LIMIT 3');
    assert.deepEqual(answer.rows, [
      [1, '2', '3'],
      [4, '5', null],
      [6, 'xy', '7'],
    ]);
    const { notes, rows: last } = await rig.query([file], 'SELECT b FROM r WHERE a = 8');
    assert.deepEqual(last, [['J\uFFFDrg']]);
    assert.equal(notes.length, 3, notes.join('\n'));
    assert.match(
      notes.join('\n'),
      /1 row has more than 3 cells \(the first is row 4.*1 row has fewer.*row 3.*no text in its encoding/s,
    );
  });

  it('reads a cell of ten megabytes, and shows its beginning', async () => {
    const long = 'long text, '.repeat(1_000_000);
    const file = await rig.file('long.csv', `id,text\n1,"${long}"\n2,short\n`);
    assert.deepEqual(await rig.rows([file], 'SELECT id, length(text) FROM long'), [
      [1, long.length],
      [2, 5],
    ]);
    const [table] = (await rig.inspect(file)).tables;
    assert.ok(JSON.stringify(table).length < 2000);
  });

  it('holds no more than it may, however long the texts are', async () => {
    const long = 'y'.repeat(200_000);
    const lines = Array.from({ length: 400 }, (_, index) => `${index},${index}${long}`);
    const file = await rig.file('texts.csv', `id,text\n${lines.join('\n')}\n`);
    const { engine, rows, total, kept } = await rig.query([file], 'SELECT text, count(*) FROM texts GROUP BY text');
    assert.deepEqual([engine, total, kept, rows.length], ['sqlite', 400, true, 100]);
    assert.ok(rows.every(([text]) => String(text).length < 600));
    const [table] = (await rig.inspect(file)).tables;
    assert.equal(table?.columns[1]?.distinct, 400);
  });

  it('does not mix the old and the new of a file that changes while it is read', async () => {
    const file = await rig.file('grows.csv', `a,b\n${'1,x\n'.repeat(3_000_000)}`);
    const asked = failing(rig.query([file], "SELECT count(*) FROM grows WHERE b = 'y' OR a = 2"));
    while (rig.progress.length === 0 && !(await settledSoon(asked))) appendFileSync(file, '1,x\n');
    appendFileSync(file, '1,x\n');
    assert.equal((await asked).code, 'CHANGED');
  });

  it('leaves nothing beside a database with a write-ahead log', async () => {
    const file = `${rig.folder}/wal.db`;
    const database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    assert.deepEqual(await rig.rows([file], 'SELECT a FROM t'), [[1]]);
    database.exec('INSERT INTO t VALUES (2)');
    assert.deepEqual(await rig.rows([file], 'SELECT count(*) FROM t'), [[2]]);
    database.close();
    const before = await readFile(file);
    assert.deepEqual(await rig.rows([file], 'SELECT sum(a) FROM t'), [[3]]);
    assert.deepEqual(await readFile(file), before);
    assert.deepEqual((await readdir(rig.folder)).sort(), ['home', 'wal.db']);
  });
});

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail('it did not fail');
}

/** Whether the promise has settled by now. */
async function settledSoon(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), sleep(5).then(() => false)]);
}
