import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ports } from '../../src/core/ports.ts';
import { callTool } from '../integration/connectors/connector-rig.ts';
import { type TaskRig, taskRig, yes } from '../integration/task/task-rig.ts';
import { installOnce, run } from './install.ts';

const packages = ['server-everything@2026.8.31', 'server-filesystem@2026.8.31', 'server-memory@2026.8.31'];

describe('real servers of the Model Context Protocol', function () {
  this.timeout(300_000);
  let rig: TaskRig;
  let ports: Ports;
  let entryOf: (name: string, ...args: string[]) => { readonly command: string; readonly args: readonly string[] };

  before(async () => {
    const folder = await installOnce('mcp-servers-1', async (fresh) => {
      const names = packages.map((name) => `@modelcontextprotocol/${name}`);
      await run('npm', ['install', '--prefix', fresh, '--ignore-scripts', ...names]);
    });
    rig = await taskRig();
    entryOf = (name, ...args) => ({
      command: process.execPath,
      args: [path.join(folder, 'node_modules/@modelcontextprotocol', name, 'dist/index.js'), ...args],
    });
    const servers = {
      everything: entryOf('server-everything'),
      files: entryOf('server-filesystem', rig.root),
      graph: { ...entryOf('server-memory'), env: { MEMORY_FILE_PATH: path.join(rig.home, 'graph.jsonl') } },
    };
    await mkdir(rig.home, { recursive: true });
    await writeFile(path.join(rig.home, 'mcp.json'), JSON.stringify({ servers }));
    ({ ports } = await rig.open({ people: yes }));
  });
  after(() => rig.remove());

  const call = async (server: string, tool: string, given: unknown = {}) => {
    const input = { server, tool, arguments: given };
    return callTool(ports, rig.root, ['mcp_call', input], { people: { answer: async () => '' } });
  };

  it('are searched together, the fitting tool first', async () => {
    for (const [words, tool] of [
      ['add two numbers', 'get-sum'],
      ['read a text file', 'read_text_file'],
      ['create entities in the knowledge graph', 'create_entities'],
      ['move or rename a file', 'move_file'],
    ]) {
      const { content } = await callTool(ports, rig.root, ['mcp_search', { query: words }]);
      assert.equal(/tool: (\S+)/.exec(content)?.[1], tool);
    }
  });

  it('work as the documentation shows', async () => {
    const page = await readFile(path.resolve(import.meta.dirname, '../../docs/usage.md'), 'utf8');
    const section = page.slice(page.indexOf('## MCP servers'));
    const [, configuration = ''] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
    const [, lines = ''] = /```jsonl\n([\s\S]*?)```/.exec(section) ?? [];
    const [, shown = ''] = /answers:\n\n```\n([\s\S]*?)\n```/.exec(section) ?? [];
    const entry = entryOf('server-memory');
    // Installed once, so that no test waits for npx.
    const written = configuration
      .replace('"npx"', JSON.stringify(entry.command))
      .replace('"-y", "@modelcontextprotocol/server-memory"', JSON.stringify(entry.args[0]));
    const [home, cwd] = [path.join(rig.home, 'documented'), path.join(rig.root, 'documented')];
    for (const folder of [home, cwd]) await mkdir(folder, { recursive: true });
    await writeFile(path.join(home, 'mcp.json'), written);
    const program = path.resolve(import.meta.dirname, '../../dist/cli.js');
    const output = execFileSync(process.execPath, [program, 'tool', '--batch'], {
      cwd,
      input: lines,
      env: { ...process.env, OPENMAGUS_HOME: home },
      encoding: 'utf8',
    });
    const answered = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { ok: boolean; content: string });
    assert.deepEqual(
      answered.map(({ ok }) => ok),
      [true, true, true],
    );
    assert.equal(answered[2]?.content, shown);
    const listed = execFileSync(process.execPath, [program, 'connectors', 'list'], {
      cwd,
      env: { ...process.env, OPENMAGUS_HOME: home },
      encoding: 'utf8',
    });
    assert.match(listed, /✓ graph .*allowed, 9 tools/);
  });

  it('do their work', async () => {
    await rig.write({ 'a.txt': 'the text of a file' });
    assert.match((await call('everything', 'get-sum', { a: 2, b: 40 })).content, /42/);
    assert.match(
      (await call('files', 'read_text_file', { path: path.join(rig.root, 'a.txt') })).content,
      /the text of a file/,
    );
    const entities = [{ name: 'Magus', entityType: 'agent', observations: ['plans in the open'] }];
    await call('graph', 'create_entities', { entities });
    assert.match((await call('graph', 'read_graph')).content, /plans in the open/);
    assert.equal((await call('everything', 'get-tiny-image')).images?.length, 1);
  });

  it('ask by forms of every kind of field', async () => {
    const { content } = await callTool(
      ports,
      rig.root,
      ['mcp_call', { server: 'everything', tool: 'trigger-elicitation-request', arguments: {} }],
      { people: { answer: async (_task, { question }) => (/full, legal name/.test(question) ? 'Ada' : '') } },
    );
    assert.match(content, /"name": "Ada"/);
    assert.match(content, /"integer": 42/);
  });
});
