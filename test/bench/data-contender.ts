import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

/**
 * One way to answer `SELECT region, count(*), sum(quantity * price) … GROUP BY region` over a CSV file, in a process of its own:
 * its name, the file, and the folder of the package it uses. It prints its answer as JSON.
 */
const [name = '', file = '', folder = ''] = process.argv.slice(2);
type Group = readonly [string, number, number];

const contenders: Readonly<Record<string, () => Promise<readonly Group[]>>> = {
  /** What a script of Node alone does: the table goes into a database, then it is asked. */
  sqlite: async () => {
    const database = new DatabaseSync(':memory:');
    database.exec(
      'CREATE TABLE t (id INTEGER, date TEXT, region TEXT, product TEXT, quantity INTEGER, price REAL); BEGIN',
    );
    const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)');
    let header = true;
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (!header) insert.run(...line.split(','));
      header = false;
    }
    database.exec('COMMIT');
    const rows = database.prepare('SELECT region, count(*) c, sum(quantity * price) s FROM t GROUP BY region').all();
    return rows.map(({ region, c, s }) => [String(region), Number(c), Number(s)]);
  },
  papaparse: async () => {
    const groups = new Map<string, { count: number; sum: number }>();
    const papa = createRequire(path.join(folder, 'package.json'))(folder) as {
      parse(input: unknown, how: unknown): void;
    };
    await new Promise((resolve, reject) => {
      let header = true;
      papa.parse(createReadStream(file), {
        step: ({ data }: { data: readonly string[] }) => {
          const [, , region = '', , quantity, price] = data;
          if (!header && region !== '') {
            const group = groups.get(region) ?? { count: 0, sum: 0 };
            groups.set(region, group);
            group.count += 1;
            group.sum += Number(quantity) * Number(price);
          }
          header = false;
        },
        complete: resolve,
        error: reject,
      });
    });
    return [...groups].map(([region, { count, sum }]) => [region, count, sum]);
  },
  duckdb: async () => {
    const { DuckDBInstance } = createRequire(path.join(folder, 'package.json'))(folder) as {
      DuckDBInstance: {
        create(): Promise<{
          connect(): Promise<{ runAndReadAll(sql: string): Promise<{ getRows(): readonly (readonly unknown[])[] }> }>;
        }>;
      };
    };
    const connection = await (await DuckDBInstance.create()).connect();
    const reader = await connection.runAndReadAll(
      `SELECT region, count(*), sum(quantity * price) FROM read_csv('${file}') GROUP BY region`,
    );
    return reader.getRows().map(([region, count, sum]) => [String(region), Number(count), Number(sum)]);
  },
};

console.log(JSON.stringify(await contenders[name]?.()));
