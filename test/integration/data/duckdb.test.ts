import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as zlib from 'node:zlib';
import { isMagusError } from '../../../src/core/errors/magus-error.ts';
import { cacheFolder, npm } from '../../support/install-code-server.ts';
import { type DataRig, dataRig } from './data-rig.ts';

const version = '1.5.6-r.1';

interface Duckdb {
  readonly DuckDBInstance: {
    create(): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown>; closeSync(): void }> }>;
  };
}

describe('DuckDB, where the user has installed it', () => {
  let packages: string;
  let rig: DataRig;
  before(async function () {
    this.timeout(300_000);
    try {
      packages = await installed();
    } catch (error) {
      console.log(`    (left out: DuckDB cannot be installed here: ${String(error).slice(0, 200)})`);
      this.skip();
    }
  });
  beforeEach(async function () {
    this.timeout(60_000);
    rig = await dataRig();
    await symlink(packages, path.join(rig.home, 'packages'));
  });
  afterEach(() => rig.remove());

  const parquet = async (sql: string): Promise<string> => {
    const { DuckDBInstance } = createRequire(path.join(packages, 'package.json'))('@duckdb/node-api') as Duckdb;
    const connection = await (await DuckDBInstance.create()).connect();
    const file = path.join(rig.folder, 'sales.parquet');
    await connection.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    return file;
  };
  const rows = `SELECT range AS id, 'r' || range % 3 AS region, DATE '2024-01-01' + range::INTEGER AS day,
    CAST(range / 4 AS DECIMAL(9, 2)) AS price, range % 2 = 0 AS even, NULL AS nothing, 9007199254740993 AS big FROM range(1000)`;

  it('inspects and queries Parquet, alone and joined with CSV', async () => {
    const file = await parquet(rows);
    const { format, tables } = await rig.inspect(file);
    assert.equal(format, 'Parquet, read by DuckDB');
    assert.deepEqual(
      tables[0]?.columns.map(({ name, type, distinct, min }) => [name, type, distinct, min]),
      [
        ['id', 'integer', 1000, 0],
        ['region', 'text', 3, 'r0'],
        ['day', 'date', 1000, '2024-01-01'],
        ['price', 'number', 1000, 0],
        ['even', 'integer', 2, 0],
        ['nothing', 'empty', 0, null],
        ['big', 'text', 1, '9007199254740993'],
      ],
    );
    const names = await rig.file('names.csv', 'region;name\nr0;North\nr1;South\n');
    const answer = await rig.query(
      [file, names],
      'SELECT region, name, count(*) AS n, sum(price) AS total FROM sales LEFT JOIN names USING (region) GROUP BY ALL ORDER BY region',
    );
    assert.deepEqual(answer.rows, [
      ['r0', 'North', 334, 41_708.25],
      ['r1', 'South', 333, 41_541.75],
      ['r2', null, 333, 41_625],
    ]);
    assert.equal(answer.engine, 'duckdb');
  });

  it('answers over CSV and JSON as SQLite does, when it is asked to', async () => {
    const lines = Array.from(
      { length: 500 },
      (_, index) => `${index},"r, ${index % 4}",${index % 9 ? index / 8 : ''},0${index}`,
    );
    const csv = await rig.file('t.csv', `id,region,price,code\n${lines.join('\n')}\n`);
    const gz = await rig.file('u.jsonl.gz', zlib.gzipSync('{"region":"r, 1","n":5}\n{"region":"r, 2","n":null}\n'));
    const sql =
      'SELECT t.region, count(price) AS c, sum(price) AS s, max(code) AS m, max(n) AS n FROM t LEFT JOIN u ON u.region = t.region WHERE id / 2 > 10 GROUP BY t.region ORDER BY n, t.region';
    const [ours, theirs] = [await rig.query([csv, gz], sql), await rig.query([csv, gz], sql, { engine: 'duckdb' })];
    assert.deepEqual([ours.engine, theirs.engine], ['sqlite', 'duckdb']);
    assert.deepEqual(theirs.rows, ours.rows);
  });

  const refused = [
    "COPY (SELECT 1) TO 'out.csv'",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM '/etc/passwd'",
    "ATTACH 'other.db'",
    'INSTALL httpfs',
    'SET enable_external_access = true',
    'CREATE TABLE x AS SELECT 1',
    'SELECT 1; DROP VIEW t',
    'SELECT nope FROM t',
  ];
  for (const sql of refused) {
    it(`refuses ${sql}`, async () => {
      const file = await rig.file('t.csv', 'a\n1\n');
      const before = await readFile(file);
      await assert.rejects(rig.query([file], sql, { engine: 'duckdb' }), (error) => {
        assert.ok(isMagusError(error) && error.kind === 'tool-input', String(error));
        return true;
      });
      assert.deepEqual(await readFile(file), before);
      assert.deepEqual((await readdir(rig.folder)).sort(), ['home', 't.csv']);
    });
  }
});

describe('DuckDB, where it is not installed', () => {
  it('is asked for with the command that brings it', async function () {
    this.timeout(60_000);
    const rig = await dataRig();
    const file = await rig.file('x.parquet', `PAR1${'\0'.repeat(100)}PAR1`);
    await assert.rejects(rig.inspect(file), (error) => {
      assert.ok(isMagusError(error) && error.code === 'NO_DUCKDB');
      assert.match(error.message, /npm install --prefix ".*packages" @duckdb\/node-api/);
      return true;
    });
    await rig.remove();
  });
});

/** A folder with the package, brought from the npm registry when first needed. */
async function installed(): Promise<string> {
  const folder = path.join(cacheFolder(), `duckdb-${version}`);
  if (existsSync(path.join(folder, 'whole'))) return folder;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{"private":true}\n');
  await npm(folder, ['install', `@duckdb/node-api@${version}`]);
  await writeFile(path.join(folder, 'whole'), '');
  return folder;
}
