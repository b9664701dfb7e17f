import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { isForDatabase } from '../../../../src/adapters/data/needs-database.ts';
import { numberOr } from '../../../../src/adapters/data/numbers.ts';
import { openSources } from '../../../../src/adapters/data/open-sources.ts';
import type { RowSink } from '../../../../src/adapters/data/row-sink.ts';
import { scanQuery } from '../../../../src/adapters/data/scan/scan-query.ts';
import type { SourceTable } from '../../../../src/adapters/data/source-table.ts';
import { parseSimple } from '../../../../src/adapters/data/sql/parse-simple.ts';
import { sqlTokens } from '../../../../src/adapters/data/sql/sql-tokens.ts';
import { checkQuery, sqliteQuery } from '../../../../src/adapters/data/sqlite/sqlite-query.ts';
import type { Cell } from '../../../../src/core/data-port.ts';

/** One pass over a file and a database must not be told apart by their answers. */
describe('a query that is answered in one pass', () => {
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'magus-scan-')));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const tableOf = async (name: string, text: string): Promise<SourceTable> => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    const [source] = await openSources([{ path: file, shown: name, name: 't' }], () => undefined);
    assert.ok(source?.kind === 'table');
    return source.table;
  };
  const scanned = async (sql: string, table: SourceTable): Promise<readonly (readonly Cell[])[] | undefined> => {
    const { rows, sink } = collector();
    try {
      await scanQuery(parseSimple(sqlTokens(sql), table), table, sink);
      return rows;
    } catch (error) {
      if (!isForDatabase(error)) throw error;
      return undefined;
    }
  };
  let databases = 0;
  const byDatabase = async (sql: string, table: SourceTable): Promise<readonly (readonly Cell[])[]> => {
    const place = path.join(folder, `database-${++databases}`);
    mkdirSync(place);
    const { rows, sink } = collector();
    const sources = { tables: [table], databases: [] };
    const statement = { sql, tokens: sqlTokens(sql) };
    const { known } = checkQuery(statement, sources);
    await sqliteQuery(statement, sources, place, known, sink);
    rmSync(place, { recursive: true });
    return rows;
  };
  const bothSay = async (sql: string, table: SourceTable): Promise<boolean> => {
    const one = await scanned(sql, table);
    const other = await byDatabase(sql, table);
    if (one !== undefined) assertSame(one, other, sql);
    return one !== undefined;
  };

  it('answers as the database does, for any rows and queries', async function () {
    this.timeout(120_000);
    let answered = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(csvText, fc.array(query, { minLength: 4, maxLength: 8 }), async (text, queries) => {
        const table = await tableOf('any.csv', text);
        for (const sql of queries) {
          asked += 1;
          if (await bothSay(sql, table)) answered += 1;
        }
      }),
      { numRuns: 60 },
    );
    assert.ok(answered > asked / 3, `${answered} of ${asked} queries were answered in one pass`);
  });

  const hard = [
    'g,n,x,c',
    'a,1,1.5,001',
    'A,,2,002',
    ',3,-0.25,010',
    'a,2,,7',
    'é,10,1e3,1',
    '"a ""b"", c",9,0.1,0',
    '\u{1f600},-5,0.2,x',
    '\uffee,4,0.3,X',
    'a,2,0.3,',
  ].join('\n');
  const always = [
    'SELECT g, count(*), count(n), sum(n), avg(x), min(x), max(c) FROM t GROUP BY g',
    'SELECT count(*), sum(n), total(x), avg(n), min(g), max(g) FROM t WHERE n > 1000',
    'SELECT g AS name, sum(x) AS s FROM t GROUP BY name HAVING s IS NOT NULL ORDER BY s DESC, 1 LIMIT 3',
    'SELECT * FROM t ORDER BY x DESC, g LIMIT 4 OFFSET 1',
    "SELECT g, n FROM t WHERE g LIKE 'a%' AND NOT (n = 2 OR n IS NULL)",
    "SELECT n FROM t WHERE n = '2'",
    'SELECT c FROM t WHERE c = 7',
    'SELECT c FROM t WHERE c BETWEEN 1 AND 7',
    "SELECT n FROM t WHERE n IN (1, '2', 'a') AND x NOT IN (2, 0.1)",
    'SELECT n FROM t WHERE n NOT IN (1, NULL)',
    'SELECT DISTINCT g FROM t',
    'SELECT count(DISTINCT g), count(DISTINCT n) FROM t',
    'SELECT substr(g, 1, 1), length(g), upper(g), coalesce(n, 0) + 1 FROM t',
    'SELECT substr(c, 2) AS k, sum(n * 2 - 1) FROM t GROUP BY k ORDER BY k',
    'SELECT u.g FROM t u WHERE -u.n < 0 ORDER BY u.g',
    'SELECT g, c, count(*) FROM t GROUP BY g, c',
    'SELECT max(g), min(c) FROM t',
    'SELECT 1, n FROM t LIMIT 0',
    'SELECT sum(n) FROM t LIMIT 0',
    'select "g" from "t" where [n] >= 2 -- and so on',
    'SELECT n ISNULL, -n NOTNULL, NOT n ISNULL FROM t',
    'SELECT n FROM t ORDER BY 2 - 1 DESC, (n)',
    'SELECT n = 2.0 FROM t WHERE x = 1e3 OR n < .5',
    "SELECT g LIKE '_', g LIKE '%\"%' FROM t",
  ];
  for (const sql of always) {
    it(`answers and agrees: ${sql}`, async () => {
      assert.ok(await bothSay(sql, await tableOf('hard.csv', hard)), 'it was left to the database');
    });
  }

  const never = [
    'SELECT g, n FROM t GROUP BY g',
    'SELECT n / 2 FROM t',
    'SELECT rank() OVER (ORDER BY n) FROM t',
    'SELECT * FROM t a JOIN t b ON a.n = b.n',
    'SELECT sum(g) FROM t',
    'SELECT n FROM t WHERE n',
    'SELECT n FROM t WHERE n = 1 = 1',
    "SELECT n || 'x' FROM t",
    'SELECT g AS n, count(*) FROM t GROUP BY n',
    'SELECT (SELECT max(n) FROM t) FROM t',
    'SELECT n FROM t UNION SELECT x FROM t',
    'SELECT n FROM t ORDER BY g COLLATE NOCASE',
    'WITH a AS (SELECT n FROM t) SELECT * FROM a',
    'SELECT length(n) FROM t',
    'SELECT n = 2 ISNULL FROM t',
    'SELECT NOT n = 2 NOTNULL FROM t',
    "SELECT g LIKE 'a' NOTNULL, n FROM t",
    'SELECT n IN (1, 2) ISNULL FROM t',
    'SELECT n BETWEEN 1 AND 3 NOTNULL FROM t',
    'SELECT n IS NULL NOTNULL FROM t',
    'SELECT n FROM t ORDER BY 1.0',
    'SELECT n FROM t ORDER BY 1e0 DESC',
    'SELECT n FROM t GROUP BY 1.0',
    'SELECT n, 1_000 FROM t',
    'SELECT n + 1_0 FROM t WHERE n > 0x1',
  ];
  for (const sql of never) {
    it(`leaves to the database: ${sql}`, async () => {
      const table = await tableOf('hard.csv', hard);
      assert.equal(await scanned(sql, table), undefined);
      await byDatabase(sql, table);
    });
  }

  it('means the items by whole numbers alone, and no alias by ISNULL', async () => {
    const table = await tableOf('hard.csv', hard);
    assert.deepEqual(await byDatabase('SELECT n = 2 ISNULL FROM t WHERE n > 9 OR n ISNULL', table), [[1], [0]]);
    assert.ok(await bothSay('SELECT n FROM t ORDER BY 1 DESC', table));
  });

  it('takes current_date for the clock, and other words of a calendar for columns', async () => {
    const table = await tableOf('days.csv', 'current_date,current_day\n7,8\n');
    assert.equal(await scanned('SELECT max(current_date) > 100 FROM t', table), undefined);
    assert.deepEqual(await byDatabase('SELECT max(current_date) > 100 FROM t', table), [[1]]);
    assert.ok(await bothSay('SELECT "current_date", current_day FROM t', table));
  });

  it('knows names beyond the alphabets without quotes', async () => {
    const table = await tableOf('signs.csv', '€uro,x²,\u{1f600}\n1,2,3\n');
    assert.ok(await bothSay('SELECT €uro, x² + 1, \u{1f600} FROM t WHERE x² = 2', table));
    assert.deepEqual(await byDatabase('SELECT a.€uro FROM t a JOIN t b ON a.\u{1f600} > b.x²', table), [[1]]);
  });

  const nul = JSON.stringify([{ a: 'a\0b' }, { a: 'a' }, { a: 'ab' }, { a: '\u{1f600}b' }, {}]);
  it('leaves text with a NUL to the database wherever that ends it there', async () => {
    const table = await tableOf('nul.json', nul);
    for (const sql of ["SELECT a LIKE 'a' FROM t", 'SELECT length(a) FROM t', 'SELECT upper(a) FROM t'])
      assert.equal(await scanned(sql, table), undefined, sql);
    assert.deepEqual(await byDatabase("SELECT a LIKE 'a' FROM t", table), [[1], [1], [0], [0], [null]]);
    for (const sql of ["SELECT a = 'a' FROM t", 'SELECT a, count(*) FROM t GROUP BY a', 'SELECT max(a) FROM t'])
      assert.ok(await bothSay(sql, table), sql);
  });

  it('looks at a long row of digits once, whether or not they are a number', async () => {
    const digits = '1'.repeat(150_000);
    assert.equal(numberOr(`${digits}x`), `${digits}x`);
    assert.equal(numberOr(`${digits}.0`), Number.POSITIVE_INFINITY);
  });

  it('leaves whole numbers beyond 2^53 to the database, which keeps every digit', async () => {
    const table = await tableOf('big.csv', 'id\n1\n9007199254740993\n');
    assert.equal(await scanned('SELECT id FROM t', table), undefined);
    assert.deepEqual(await byDatabase('SELECT id FROM t', table), [[1], ['9007199254740993']]);
  });
});

function collector(): { readonly rows: (readonly Cell[])[]; readonly sink: RowSink } {
  const rows: (readonly Cell[])[] = [];
  const add = (row: readonly Cell[]): boolean => rows.push(row.slice()) > 0;
  return { rows, sink: { add, restart: () => rows.splice(0) } };
}

/** Sums of fractions may differ in their last digits. */
function assertSame(one: readonly (readonly Cell[])[], other: readonly (readonly Cell[])[], sql: string): void {
  const rounded = (rows: readonly (readonly Cell[])[]): unknown =>
    rows.map((row) => row.map((cell) => (typeof cell === 'number' ? Number(cell.toPrecision(12)) + 0 : cell)));
  assert.deepEqual(rounded(one), rounded(other), sql);
}

const word = fc.constantFrom('a', 'b', 'A', 'ab', 'a b', '"q"', 'é', '', '007', '12', '1.50', 'NA', '-', ' 5 ');
const number = fc.oneof(
  fc.integer({ min: -50, max: 50 }).map(String),
  fc.double({ min: -100, max: 100, noNaN: true }).map((value) => value.toFixed(2)),
  fc.constantFrom('', '', '1e2', '.5', '5.', '+3', '-0', 'NA'),
);
const whole = fc.oneof(fc.integer({ min: -9, max: 9 }).map(String), fc.constantFrom('', '12345678901234'));
const stray = fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: word });
const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csvText = fc
  .array(fc.tuple(word, whole, number, stray), { maxLength: 30 })
  .map((rows) => ['g,n,x,s', ...rows.map((row) => row.map(cell).join(','))].join('\n'));

const column = fc.constantFrom('g', 'n', 'x', 's');
const literal = fc.constantFrom('0', '2', '-3', '1.5', "'a'", "'2'", "'007'", "''", 'NULL');
const comparison = fc
  .tuple(column, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), fc.oneof(literal, column))
  .map((parts) => parts.join(' '));
const simple = fc.oneof(
  comparison,
  column.map((name) => `${name} IS NULL`),
  column.map((name) => `${name} IS NOT NULL`),
  fc.tuple(column, literal, literal).map(([name, low, high]) => `${name} BETWEEN ${low} AND ${high}`),
  fc.tuple(column, fc.array(literal, { minLength: 1, maxLength: 3 })).map(([name, list]) => `${name} IN (${list})`),
  fc
    .tuple(fc.constantFrom('g'), fc.constantFrom('a%', '%b', '_', 'A%'))
    .map(([name, like]) => `${name} LIKE '${like}'`),
);
const condition = fc.oneof(
  simple,
  simple.map((inner) => `NOT (${inner})`),
  fc.tuple(simple, fc.constantFrom('AND', 'OR'), simple).map((parts) => parts.join(' ')),
);
const where = fc.option(condition, { nil: '' }).map((text) => (text === '' ? '' : ` WHERE ${text}`));
const aggregate = fc.oneof(
  fc.constant('count(*)'),
  fc.tuple(fc.constantFrom('count', 'sum', 'avg', 'min', 'max', 'total'), column).map(([name, of]) => `${name}(${of})`),
  column.map((of) => `count(DISTINCT ${of})`),
  fc.tuple(fc.constantFrom('n', 'x'), fc.constantFrom('*', '+', '-')).map(([of, sign]) => `sum(${of} ${sign} 2)`),
);
const grouped = fc
  .tuple(fc.uniqueArray(column, { minLength: 1, maxLength: 2 }), aggregate, where, fc.boolean())
  .map(([keys, gathered, filter, ordered]) => {
    const order = ordered ? ` ORDER BY 2 DESC, ${keys[0]} LIMIT 3` : '';
    return `SELECT ${keys}, ${gathered} FROM t${filter} GROUP BY ${keys}${order}`;
  });

const query = fc.oneof(
  grouped,
  fc.tuple(aggregate, aggregate, where).map(([one, other, filter]) => `SELECT ${one}, ${other} FROM t${filter}`),
  fc.tuple(column, where).map(([name, filter]) => `SELECT DISTINCT ${name} FROM t${filter}`),
  fc
    .tuple(column, column, where, fc.integer({ min: 0, max: 5 }))
    .map(([one, by, filter, limit]) => `SELECT ${one}, n FROM t${filter} ORDER BY ${by} DESC, n LIMIT ${limit}`),
  where.map((filter) => `SELECT * FROM t${filter}`),
);
