import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { answers, calls, finish, type TaskRig, taskRig, turns, yes } from '../task/task-rig.ts';

describe('the data tools in a task', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
    await rig.write({ 'sales.csv': 'region,amount\nnorth,3\nsouth,1\nnorth,4\n' });
  });
  afterEach(() => rig.remove());

  const use = (tool: string, input?: unknown) =>
    calls({ name: 'use_tool', args: { tool, ...(input === undefined ? {} : { input }) } });
  const ask = async (...replies: readonly ReturnType<typeof use>[]) => {
    rig.script(turns('edit_file', [...replies, calls(finish())]));
    const outcome = await rig.run({ goal: 'Look at the sales.', mode: 'act' }, { people: yes });
    return { outcome, said: answers(rig.model.requests.at(-1)) };
  };

  it('are described when asked for, and then run', async () => {
    const { outcome, said } = await ask(
      use('data'),
      use('data_query', { sources: ['sales.csv'], sql: 'SELECT region, sum(amount) AS s FROM sales GROUP BY region' }),
    );
    assert.match(said[0] ?? '', /^data_inspect: .*\n.*\n\ndata_query: [\s\S]*data_export: /);
    assert.equal(said[1], '2 rows, by one pass over the file\nregion,s\nnorth,7\nsouth,1');
    const [ended] = outcome.of('tool-call-ended').filter(({ chart }) => chart !== undefined);
    assert.deepEqual(ended?.chart, {
      kind: 'bars',
      along: 'region',
      labels: ['north', 'south'],
      series: [{ name: 's', values: [7, 1] }],
    });
    assert.equal(outcome.of('approval-requested').length, 0);
  });

  it('answer a question by themselves, and export nothing for one', async () => {
    const query = { sources: ['sales.csv'], sql: 'SELECT sum(amount) AS pieces FROM sales' };
    for (const mode of ['ask', 'auto'] as const) {
      rig.script(
        turns('answer', [
          use('data'),
          use('data_query', query),
          use('data_export', { query, path: 'pieces.csv', format: 'csv' }),
          calls({ name: 'answer', args: { text: 'Eight pieces.' } }),
        ]),
      );
      const { of } = await rig.run({ goal: 'How many pieces?', mode });
      const [described = '', asked, refused = ''] = answers(rig.model.requests.at(-1));
      assert.match(described, /^data_inspect: [\s\S]*data_query: (?![\s\S]*data_export)/);
      assert.equal(asked, '1 row, by one pass over the file\npieces\n8');
      assert.match(refused, /no tool or family data_export here.*The families are: data, api/);
      assert.match(refused, mode === 'ask' ? /Nothing may be changed/ : /Put it into a step/);
      assert.equal(of('task-ended')[0]?.summary, 'Eight pieces.');
    }
    assert.ok(!existsSync(path.join(rig.root, 'pieces.csv')));
  });

  it('keep a long result whole, as a source for the next query', async () => {
    const rows = Array.from({ length: 5000 }, (_, index) => `${index},${'x'.repeat(60)}`);
    await rig.write({ 'many.csv': `id,text\n${rows.join('\n')}\n` });
    const first = use('data_query', { sources: ['many.csv'], sql: 'SELECT id, text FROM many', limit: 1000 });
    rig.script((request) => {
      if (!request.tools.includes('edit_file')) return undefined;
      const [one, two] = answers(request);
      if (one === undefined) return first;
      const kept = /source "(result:[^"]+)"/.exec(one)?.[1];
      if (two === undefined)
        return use('data_query', { sources: [String(kept)], sql: 'SELECT count(*), max(id) FROM result' });
      return calls(finish());
    });
    const outcome = await rig.run({ goal: 'Count them.', mode: 'act' });
    const [shown, counted] = outcome.of('tool-call-ended').map(({ content }) => content);
    assert.ok((shown ?? '').length < 49_000);
    assert.match(shown ?? '', /^the first 7\d\d of 5,000 rows, by one pass[\s\S]*All 5,000 rows are kept/);
    assert.equal(counted, '1 row, by one pass over the file\ncount(*),max(id)\n5000,4999');
  });

  it('export what can be undone, never over a source, and over another file only when told to', async () => {
    const query = { sources: ['sales.csv'], sql: 'SELECT region, amount FROM sales WHERE amount > 1' };
    const { outcome, said } = await ask(
      use('data_export', { query, path: 'out/big.csv' }),
      use('data_export', { query, path: 'out/big.csv' }),
      use('data_export', { query, path: 'out/big.csv', format: 'jsonl', overwrite: true }),
      use('data_export', { query, path: './out/../sales.csv', overwrite: true }),
      use('data_export', { query, path: 'big.db' }),
    );
    assert.match(said[0] ?? '', /^Wrote 2 rows as csv to out\/big\.csv \(30 bytes\); sha256 /);
    assert.match(said[1] ?? '', /exists; nothing was written.*overwrite/);
    assert.match(said[2] ?? '', /^Wrote 2 rows as jsonl/);
    assert.match(said[3] ?? '', /sales\.csv is a source, which is never written/);
    assert.equal(await rig.text('out/big.csv'), '{"region":"north","amount":3}\n{"region":"north","amount":4}\n');
    assert.equal(await rig.text('sales.csv'), 'region,amount\nnorth,3\nsouth,1\nnorth,4\n');
    const database = new DatabaseSync(path.join(rig.root, 'big.db'), { readOnly: true });
    assert.equal(
      database.prepare('SELECT sum(amount) || typeof(max(amount)) AS s FROM result').get()?.['s'],
      '7integer',
    );
    database.close();
    assert.deepEqual(
      outcome.of('files-changing').map(({ changes }) => changes.map((change) => path.relative(rig.root, change.path))),
      [['out/big.csv'], ['out/big.csv'], ['big.db']],
    );
  });

  it('ask before they write where it is always asked, and outside the workspace', async () => {
    await rig.write({ '../outside.csv': 'a\n1\n' });
    const query = { sources: ['sales.csv'], sql: 'SELECT 1 AS one FROM sales' };
    rig.script(
      turns('edit_file', [
        use('data_export', { query, path: '.vscode/settings.json', format: 'jsonl' }),
        use('data_query', { sources: ['../outside.csv'], sql: 'SELECT * FROM outside' }),
        calls(finish()),
      ]),
    );
    const no = { ...yes, approve: async () => false };
    const outcome = await rig.run({ goal: 'Try it.', mode: 'act' }, { people: no });
    const denied = outcome.of('tool-call-ended').filter(({ error }) => error?.kind === 'permission-denied');
    assert.equal(denied.length, 2);
    assert.equal(outcome.of('approval-requested').length, 2);
    assert.ok(!existsSync(path.join(rig.root, '.vscode')));
  });

  it('leave the source as it was, to the byte', async () => {
    const before = await readFile(path.join(rig.root, 'sales.csv'));
    const { said } = await ask(
      use('data_inspect', { source: 'sales.csv' }),
      use('data_query', { sources: ['sales.csv'], sql: 'DELETE FROM sales' }),
      use('data_query', { sources: ['sales.csv'], sql: 'SELECT regin FROM sales' }),
    );
    assert.match(
      said[0] ?? '',
      /table sales: 3 rows, 2 columns\n {2}region: text, no nulls, 2 distinct, from north to south/,
    );
    assert.match(said[1] ?? '', /^DELETE is not run here/);
    assert.match(said[2] ?? '', /The nearest name is region/);
    assert.deepEqual(await readFile(path.join(rig.root, 'sales.csv')), before);
  });
});
