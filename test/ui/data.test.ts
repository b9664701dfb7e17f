import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../support/until.ts';
import { capture, publish } from './capture.ts';
import { acts, ask, region } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const query = (sql: string) => acts('use_tool', { tool: 'data_query', input: { sources: ['sales.csv'], sql } });
const finish = acts('finish_step', { summary: 'North earns the most.', evidence: '' });

describe('a result that suits a picture', () => {
  let on: Stage;
  let window: Window;
  before(async () => {
    on = await stage();
    window = await on.open('bare', { chatAlone: true });
    const rows = Array.from({ length: 360 }, (_, index) => {
      const month = String(1 + Math.floor(index / 30)).padStart(2, '0');
      const region = ['north', 'south', 'east', 'west, far beyond the hills'][index % 4];
      return `2024-${month}-01,"${region}",${5 + (index % 7) + (index % 4) * 3},${20 + ((index * 7) % 50)}`;
    });
    await writeFile(path.join(window.folder, 'sales.csv'), `date,region,pieces,revenue\n${rows.join('\n')}\n`);
  });
  after(() => window.close());

  const canvases = (): Promise<number> => window.chat.locator('.chart canvas').count();

  it('is drawn as bars and as lines, with its figures for everybody', async () => {
    on.play({
      turns: [
        query(
          'SELECT region, sum(pieces) AS pieces, sum(revenue) AS revenue FROM sales GROUP BY region ORDER BY revenue DESC',
        ),
        query('SELECT substr(date, 1, 7) AS month, sum(revenue) AS revenue FROM sales GROUP BY month ORDER BY month'),
        query('SELECT date, region FROM sales LIMIT 3'),
        finish,
      ],
    });
    await ask(window, 'Which region earns the most?', 'act');
    await until(async () => (await canvases()) === 2);
    const { chat } = window;
    await chat.getByText('North earns the most.', { exact: true }).waitFor();
    assert.equal(await chat.locator('.chart').count(), 2);
    await chat.locator('.chart').first().scrollIntoViewIfNeeded();
    await capture(window, 'charts');
    await publish('charts.light', 'data');
    const figures = chat.locator('.chart summary').first();
    await figures.focus();
    await window.page.keyboard.press('Enter');
    const table = chat.getByRole('region', { name: /^Figures: Query sales\.csv/ }).first();
    assert.deepEqual(await table.locator('thead th').allInnerTexts(), ['region', 'pieces', 'revenue']);
    assert.equal(await table.locator('tbody tr').count(), 4);
    await capture(window, 'chart-figures');
  });

  it('is drawn again when the window is loaded anew', async () => {
    await window.reload();
    await region(window, 'History').getByText('Which region earns the most?').click();
    await until(async () => (await canvases()) === 2);
  });
});
