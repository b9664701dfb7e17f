import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { browserRig } from '../browser/browser-rig.ts';
import { page as pageOf, startSite } from '../browser/site.ts';

const usage = path.resolve(import.meta.dirname, '../../../docs/usage.md');
/** OPENMAGUS_PICTURE, as for the pictures: what is printed on the page is written anew. */
const renews = process.env['OPENMAGUS_PICTURE'] !== undefined;
const example = 'http://localhost:8080';
const fences = /^```visit\n(.*)\n```\n\n```shown\n([\s\S]*?)```$/gm;

describe('the page on the browser', function () {
  this.timeout(60_000);
  it('shows what is really answered', async () => {
    const text = await readFile(usage, 'utf8');
    const order = /^`order\.html`:\n\n```html\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? '';
    const shop = await startSite((request) =>
      request.method === 'POST' ? pageOf('Thank you', '<p>Ordered</p>') : order,
    );
    const local = shop.url.replace('127.0.0.1', 'localhost');
    const rig = await browserRig();
    try {
      const visits = [...text.matchAll(fences)].map(([, call = '', shown = '']) => ({ call, shown: shown.trimEnd() }));
      const answers: string[] = [];
      for (const { call } of visits) {
        const { tool, input } = JSON.parse(call.replaceAll(example, local)) as { tool: string; input: unknown };
        const { content } = await rig.call(tool, input);
        answers.push(content.replaceAll(local, example).trimEnd());
      }
      if (renews) {
        let index = -1;
        const renewed = text.replace(fences, (_, call: string) => {
          index += 1;
          return `\`\`\`visit\n${call}\n\`\`\`\n\n\`\`\`shown\n${answers[index]}\n\`\`\``;
        });
        await writeFile(usage, renewed);
      } else
        assert.deepEqual(
          answers,
          visits.map(({ shown }) => shown),
        );
      assert.ok(visits.length >= 6);
    } finally {
      await rig.remove();
      await shop.close();
    }
  });
});
