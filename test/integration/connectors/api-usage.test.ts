import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startShop } from '../../support/shop-server.ts';
import { taskRig, yes } from '../task/task-rig.ts';
import { callTool } from './connector-rig.ts';

const page = path.resolve(import.meta.dirname, '../../../docs/usage.md');

describe('the page on APIs', () => {
  it('shows what is really answered', async () => {
    const text = await readFile(page, 'utf8');
    const section = text.slice(text.indexOf('## APIs'), text.indexOf('## MCP servers'));
    const fences = [...section.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm)];
    const blocks = (wanted: string): readonly string[] =>
      fences.flatMap(([, kind, block = '']) => (kind === wanted ? [block] : []));
    const shop = await startShop();
    const rig = await taskRig();
    try {
      const local = (block: string): string => block.replaceAll('https://api.shop.example', shop.url);
      await mkdir(rig.home, { recursive: true });
      await writeFile(path.join(rig.home, 'apis.json'), local(blocks('json')[0] ?? ''));
      const { ports } = await rig.open({ people: yes, secretOf: async () => 'secret-of-the-shop-1' });
      const calls = (blocks('jsonl')[0] ?? '')
        .split('\n')
        .map((line) => JSON.parse(line) as { tool: string; input: unknown });
      const shown: string[] = [];
      for (const { tool, input } of calls) {
        const { content } = await callTool(ports, rig.root, [tool, input]);
        const { host } = new URL(shop.url);
        shown.push(content.replaceAll(shop.url, 'https://api.shop.example').replaceAll(host, 'api.shop.example'));
      }
      const [found = '', ...rest] = shown;
      assert.match(found, /^Shop \(shop\): 200 operations\ntrackShipment /);
      assert.deepEqual(rest, blocks('').slice(0, rest.length));
    } finally {
      await shop.close();
      await rig.remove();
    }
  });
});
