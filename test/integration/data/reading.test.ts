import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import * as zlib from 'node:zlib';
import { type DataRig, dataRig, keptLines } from './data-rig.ts';

describe('files of data', () => {
  let rig: DataRig;
  beforeEach(async function () {
    this.timeout(60_000);
    rig = await dataRig();
  });
  afterEach(() => rig.remove());

  const people = 'name;city;born\nMüller;"Köln; am Rhein";1980\nÅsa;Malmö;1975\n';
  const utf16be = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  const encoded: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['UTF-8', Buffer.from(people), /^CSV, utf-8, delimiter ;, quote ", header$/],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${people}`), /utf-8/],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${people}`, 'utf16le'), /utf-16le/],
    ['UTF-16 of the other order', utf16be(people), /utf-16be/],
    ['UTF-16 without a mark', Buffer.from(people, 'utf16le'), /utf-16le/],
    ['Latin-1', Buffer.from(people, 'latin1'), /windows-1252/],
    ['lines of Windows', Buffer.from(people.replaceAll('\n', '\r\n')), /utf-8/],
    ['lines of an old Mac', Buffer.from(people.replaceAll('\n', '\r')), /lines end with CR/],
    ['gzip', zlib.gzipSync(people), /CSV in gzip/],
    ['zstd', zlib.zstdCompressSync(people), /CSV in zstd/],
  ];
  for (const [what, content, format] of encoded) {
    it(`are read in ${what}`, async () => {
      const file = await rig.file('people.csv', content);
      const { format: found, tables } = await rig.inspect(file);
      assert.match(found, format);
      assert.deepEqual(
        tables[0]?.columns.map(({ name, type, min, max }) => [name, type, min, max]),
        [
          ['name', 'text', 'Müller', 'Åsa'],
          ['city', 'text', 'Köln; am Rhein', 'Malmö'],
          ['born', 'integer', 1975, 1980],
        ],
      );
      assert.deepEqual(await rig.rows([file], "SELECT born, city FROM people WHERE name = 'Åsa'"), [[1975, 'Malmö']]);
    });
  }

  it('are read in brotli, by the ending of their name', async () => {
    const file = await rig.file('people.csv.br', zlib.brotliCompressSync(people));
    assert.deepEqual(await rig.rows([file], 'SELECT count(*) FROM people'), [[2]]);
  });

  const dialects: readonly (readonly [string, string, RegExp, readonly unknown[]])[] = [
    ['tabs', 'a\tb, c\n1\t"x"\n', /^TSV.*header$/, [1, 'x']],
    ['bars', 'a|b\n1|x,y\n', /delimiter \|/, [1, 'x,y']],
    ['single quotes', "a,b\n1,'x, y'\n2,'z'\n", /quote '/, [1, 'x, y']],
    ['apostrophes that are no quotes', "a,b\n1,it's\n2,don't\n", /quote "/, [1, "it's"]],
    ['no header', '1,x\n2,y\n', /no header/, [1, 'x']],
    ['a line break in a cell', 'a,b\n1,"x\ny"\n', /quote "/, [1, 'x\ny']],
    ['doubled quotes', 'a,b\n1,"x ""y"""\n', /quote "/, [1, 'x "y"']],
    ['blanks before numbers', 'a, b\n 1, x\n', /delimiter ,/, [1, ' x']],
  ];
  for (const [what, content, format, first] of dialects) {
    it(`of delimited text are understood with ${what}`, async () => {
      const file = await rig.file('t.txt', content);
      assert.match((await rig.inspect(file)).format, format);
      assert.deepEqual((await rig.rows([file], 'SELECT * FROM t'))[0], first);
    });
  }

  it('are read as they are told where guessing would go wrong', async () => {
    const path = await rig.file('odd.csv', "x#'y\n1#2\n");
    const source = { path, shown: 'odd.csv', name: 'told', delimiter: '#', quote: '', header: false };
    assert.deepEqual(await rig.rows([source], 'SELECT * FROM told'), [
      ['x', "'y"],
      ['1', '2'],
    ]);
  });

  it('keep codes as text and read NA as nothing in a column of numbers', async () => {
    const file = await rig.file('codes.csv', 'zip,amount\n01234,5\n99999,NA\n00001,-\n');
    assert.deepEqual(await rig.rows([file], 'SELECT zip, amount FROM codes ORDER BY zip'), [
      ['00001', null],
      ['01234', 5],
      ['99999', null],
    ]);
    const [table] = (await rig.inspect(file)).tables;
    assert.deepEqual(
      table?.columns.map(({ type, nulls }) => [type, nulls]),
      [
        ['text', 0],
        ['integer', 2],
      ],
    );
  });

  const json: readonly (readonly [string, string, string])[] = [
    ['rows.jsonl', '{"a":1,"b":"x"}\n{"a":2.5,"c":[1,2],"b":null}\n', 'JSONL'],
    ['rows.json', ' [ {"a":1,"b":"x"} ,\n {"a":2.5,"c":[1, 2],"b":null} ]\n', 'JSON array'],
    ['rows.json', '{"ok":true,"items":[{"a":1,"b":"x"},{"a":2.5,"b":null,"c":[1,2]}],"n":[1]}', 'JSON object'],
  ];
  for (const [name, content, format] of json) {
    it(`of JSON are tables, as ${format}`, async () => {
      const file = await rig.file(name, content);
      assert.ok((await rig.inspect(file)).format.startsWith(format));
      assert.deepEqual(await rig.rows([file], 'SELECT a, b, c FROM rows ORDER BY a DESC'), [
        [2.5, null, '[1,2]'],
        [1, 'x', null],
      ]);
      assert.deepEqual(await rig.rows([file], 'SELECT j.value FROM rows, json_each(rows.c) j'), [[1], [2]]);
    });
  }

  const line = '{"id":1,"items":[{"sku":"a"},{"sku":"b"}]}\n';
  const lines: readonly (readonly [string, string, string, readonly unknown[]])[] = [
    ['one line', 'orders.jsonl', line, [[1, '[{"sku":"a"},{"sku":"b"}]']]],
    ['one line, compressed', 'orders.jsonl.gz', line, [[1, '[{"sku":"a"},{"sku":"b"}]']]],
    ['a bad first line', 'orders.ndjson', `{"id":\n{"id":2,"items":[]}\n`, [[2, '[]']]],
    ['a first line that is an array', 'orders.JSONL', '[3,"x"]\n', [[3, 'x']]],
  ];
  for (const [what, name, content, rows] of lines) {
    it(`of JSON with one value a line are known by their ending: ${what}`, async () => {
      const file = await rig.file(name, name.endsWith('.gz') ? zlib.gzipSync(content) : content);
      const { format, notes } = await rig.inspect(file);
      assert.match(format, /^JSONL/);
      assert.equal(notes.length, content.startsWith('{"id":\n') ? 1 : 0, notes.join());
      assert.deepEqual(await rig.rows([file], 'SELECT * FROM orders'), rows);
    });
  }

  it('of JSON with one value a line may begin with a line of megabytes', async () => {
    const long = { id: 1, text: 'long '.repeat(400_000) };
    const file = await rig.file('long.jsonl', `${JSON.stringify(long)}\n{"id":2,"text":"short"}\n`);
    assert.deepEqual(await rig.rows([file], 'SELECT id, length(text) FROM long'), [
      [1, 2_000_000],
      [2, 5],
    ]);
  });

  it('with more columns than a database takes are queried by the columns that are named', async () => {
    const names = Array.from({ length: 2500 }, (_, index) => `c${index}`);
    const file = await rig.file('wide.csv', `${names}\n${names.map((_, index) => index)}\n`);
    assert.deepEqual(await rig.rows([file], 'SELECT c2499 FROM wide'), [[2499]]);
    assert.deepEqual(await rig.rows([file], 'SELECT c7 / 2, (SELECT max(c9) FROM wide) FROM wide'), [[3, 9]]);
    const small = await rig.file('small.csv', 'a\n1\n');
    assert.deepEqual(await rig.rows([file, small], 'SELECT * FROM small'), [[1]]);
    assert.equal((await rig.inspect(file)).tables[0]?.columns.length, 2500);
  });

  it('of different kinds are queried together', async () => {
    const sales = await rig.file('sales.csv', 'day,customer,amount\n2024-01-01,1,5\n2024-01-02,2,7\n2024-01-03,1,4\n');
    const tags = await rig.file('tags.jsonl', '{"customer":1,"tag":"new"}\n{"customer":2,"tag":"old"}\n');
    const shop = `${rig.folder}/shop.db`;
    const database = new DatabaseSync(shop);
    database.exec(
      "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob')",
    );
    database.close();
    const answer = await rig.query(
      [sales, tags, shop],
      `SELECT name, tag, amount, sum(amount) OVER (PARTITION BY customer ORDER BY day) AS so_far
       FROM sales JOIN tags USING (customer) JOIN shop.customers c ON c.id = customer ORDER BY day`,
    );
    assert.deepEqual(answer.rows, [
      ['Ann', 'new', 5, 5],
      ['Bob', 'old', 7, 7],
      ['Ann', 'new', 4, 9],
    ]);
    assert.deepEqual(answer.columns, ['name', 'tag', 'amount', 'so_far']);
    assert.equal(answer.engine, 'sqlite');
  });

  it('of SQLite are searched by the full-text tables in them', async () => {
    const file = `${rig.folder}/notes.db`;
    const database = new DatabaseSync(file);
    database.exec(`CREATE VIRTUAL TABLE five USING fts5(text); INSERT INTO five VALUES ('one two'), ('three');
      CREATE VIRTUAL TABLE four USING fts4(text); INSERT INTO four SELECT text FROM five`);
    database.close();
    for (const name of ['five', 'four'])
      assert.deepEqual(await rig.rows([file], `SELECT text FROM ${name} WHERE ${name} MATCH 'two'`), [['one two']]);
    assert.deepEqual(await rig.rows([file], "SELECT count(*) FROM five('three') ORDER BY rank"), [[1]]);
  });

  it("of a name that is SQLite's own get another", async () => {
    const file = await rig.file('sqlite_stats.csv', 'a\n1\n');
    assert.deepEqual(await rig.rows([file], 'SELECT b.a / 2, c.a FROM _sqlite_stats b, _sqlite_stats c'), [[0, 1]]);
  });

  it('of one name are told apart by a number', async () => {
    const one = await rig.file('x.csv', 'a\n1\n');
    const two = await rig.file('x.json', '[{"a":2}]');
    assert.deepEqual(await rig.rows([one, two], 'SELECT x.a, x_2.a FROM x, x_2'), [[1, 2]]);
  });

  it('that answer with more rows than are shown have the whole kept', async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `${index},n${index}`);
    const file = await rig.file('many.csv', `id,name\n${lines.join('\n')}\n`);
    const answer = await rig.query([file], 'SELECT name, id FROM many', { limit: 3 });
    assert.deepEqual([answer.rows.length, answer.total, answer.kept, answer.cut], [3, 1000, true, false]);
    const kept = await keptLines(rig);
    assert.deepEqual([kept.length, kept[0], kept[999]], [1000, { name: 'n0', id: 0 }, { name: 'n999', id: 999 }]);
  });

  it('are estimated in how many different values they have', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => `${index},${index % 7}`);
    const file = await rig.file('d.csv', `id,few\n${rows.join('\n')}\n`);
    const [table] = (await rig.inspect(file)).tables;
    const [id, few] = table?.columns ?? [];
    assert.equal(few?.distinct, 7);
    assert.ok(Math.abs((id?.distinct ?? 0) - 60_000) < 9000, String(id?.distinct));
    assert.deepEqual([table?.rows, table?.whole, id?.min, id?.max], [60_000, true, 0, 59_999]);
  });
});
