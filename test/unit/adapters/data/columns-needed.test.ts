import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSources } from '../../../../src/adapters/data/open-sources.ts';
import { columnsNeeded } from '../../../../src/adapters/data/sql/columns-needed.ts';
import { sqlTokens } from '../../../../src/adapters/data/sql/sql-tokens.ts';
import { checkQuery, type SqlSources, sqliteQuery } from '../../../../src/adapters/data/sqlite/sqlite-query.ts';

/** A database that holds only the columns a query needs must not be told from one that holds them all. */
describe('the columns that a query needs', () => {
  let folder: string;
  let sources: SqlSources;
  let all: DatabaseSync;
  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'magus-columns-')));
    const files = {
      people: 'id,name,city,kind\n1,Ann,Rome,a\n2,Bob,Oslo,b\n3,Cid,Rome,a\n',
      wanted: 'customer\n1\n3\n',
      pairs: 'number,place\n1,Rome\n2,Rome\n',
      cities: 'city,land\nRome,IT\nOslo,NO\n',
    };
    const given = Object.entries(files).map(([name, text]) => {
      const file = path.join(folder, `${name}.csv`);
      writeFileSync(file, text);
      return { path: file, shown: `${name}.csv` };
    });
    const opened = await openSources(given, () => undefined);
    sources = { tables: opened.flatMap((each) => (each.kind === 'table' ? [each.table] : [])), databases: [] };
    all = new DatabaseSync(':memory:');
    for (const [name, text] of Object.entries(files)) {
      const [head = '', ...rows] = text.trimEnd().split('\n');
      const typed = head
        .split(',')
        .map((column) => `${column} ${/id|number|customer/.test(column) ? 'INTEGER' : 'TEXT'}`);
      all.exec(`CREATE TABLE ${name} (${typed})`);
      for (const row of rows) all.exec(`INSERT INTO ${name} VALUES ('${row.replaceAll(',', "','")}')`);
    }
  });
  after(() => {
    all.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const statements = [
    'SELECT name FROM people WHERE id IN wanted',
    'SELECT name FROM people WHERE id NOT IN "wanted"',
    'SELECT name FROM people WHERE id IN [wanted] ORDER BY name DESC',
    'SELECT name FROM people WHERE id IN main.wanted',
    "SELECT name FROM people WHERE id IN 'wanted'",
    'SELECT name FROM people WHERE id IN /* those */ wanted',
    'SELECT name FROM people WHERE (id, city) IN pairs',
    'SELECT name FROM people WHERE (id, city) IN (SELECT * FROM pairs)',
    'SELECT name FROM people WHERE (id, city) = (SELECT number, place FROM pairs)',
    'SELECT 1 IN wanted, 2 IN wanted',
    'SELECT name FROM people WHERE id IN (SELECT customer FROM wanted)',
    'SELECT name FROM people WHERE id IN (1, 3)',
    'SELECT name, land FROM people NATURAL JOIN cities',
    'SELECT name FROM people NATURAL LEFT JOIN cities WHERE land IS NOT NULL',
    'SELECT name, land FROM people JOIN cities USING (city)',
    'SELECT land, count(*) FROM people JOIN cities USING ("city") GROUP BY land',
    'SELECT * FROM people JOIN cities USING (city)',
    'SELECT count(*) FROM people',
    'SELECT count(*), (SELECT count(*) FROM wanted) FROM people, pairs',
    'SELECT count(*) FROM (SELECT DISTINCT * FROM people)',
    'SELECT ALL * FROM wanted',
    'SELECT 1, * FROM people, wanted',
    'SELECT p.*, w.rowid FROM people p JOIN wanted w ON w.rowid = p.rowid',
    'SELECT "p".* FROM people AS p WHERE EXISTS (SELECT * FROM wanted WHERE customer = p.id)',
    'SELECT rowid, oid, _rowid_ FROM people ORDER BY rowid DESC',
    'SELECT name FROM people WHERE EXISTS (SELECT 1 FROM wanted WHERE customer = id)',
    'SELECT id FROM people INTERSECT SELECT * FROM wanted',
    'SELECT name FROM people UNION ALL SELECT land FROM cities',
    'WITH w AS (SELECT * FROM wanted) SELECT name FROM people WHERE id IN w',
    'WITH w(a, b) AS (SELECT * FROM pairs) SELECT a FROM w WHERE (a, b) IN pairs',
    'SELECT 2 * id, id*2 FROM people',
    'SELECT name FROM people ORDER BY (SELECT land FROM cities c WHERE c.city = people.city), 1',
    'SELECT name, rank() OVER w FROM people WINDOW w AS (PARTITION BY kind ORDER BY id)',
    "SELECT json_group_array(json_object('n', name)) FILTER (WHERE kind = 'a') FROM people",
  ];
  for (const [index, sql] of statements.entries()) {
    it(`are enough for ${sql}`, async () => {
      const place = path.join(folder, String(index));
      mkdirSync(place);
      const statement = { sql, tokens: sqlTokens(sql) };
      const { known } = checkQuery(statement, sources);
      const rows: unknown[] = [];
      const sink = { add: (row: readonly unknown[]) => rows.push([...row]) > 0, restart: () => undefined };
      await sqliteQuery(statement, sources, place, known, sink);
      const asked = all.prepare(sql);
      asked.setReturnArrays(true);
      const expected = asked.all() as unknown[];
      assert.deepEqual(rows, expected);
      assert.ok(rows.length > 0, 'a query that answers nothing shows nothing');
    });
  }

  it('are not all of them where few are named', () => {
    const columns = ['id', 'name', 'in', 'all'].map((name) => ({ name, affinity: 'TEXT' }) as const);
    const needed = (sql: string): readonly number[] => columnsNeeded(sqlTokens(sql), columns);
    assert.deepEqual(needed('SELECT name FROM t WHERE id IN (1)'), [0, 1, 2]);
    assert.deepEqual(needed('SELECT count(*), 2 * id FROM t'), [0]);
    assert.deepEqual(needed('SELECT count(*) FROM t'), []);
  });
});
