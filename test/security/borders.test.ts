import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type * as z from 'zod/mini';
import { builtInTools } from '../../src/built-in-tools.ts';
import { isMagusError } from '../../src/core/errors/magus-error.ts';
import { parseArguments } from '../../src/core/loop/parse-arguments.ts';
import { parseModelConfiguration } from '../../src/core/models/parse-configuration.ts';
import { parseRules } from '../../src/core/security/user-rules.ts';
import { viewRequestSchema } from '../../src/protocol/chat-view.ts';
import { panelRequestSchema } from '../../src/protocol/panel.ts';
import { buildExtension, projectFolder } from '../support/extension-package.ts';
import { makeWorld, type World } from './attack-world.ts';
import { drawnFrom, hostileValue, mutated, spoilt } from './hostile-values.ts';

const many = 4000;
const step = {
  id: 'a',
  title: 'A',
  instructions: 'Do it',
  after: ['b'],
  writes: ['src/**'],
  check: 'true',
  doneWhen: 'x',
};
const viewRequests: readonly unknown[] = [
  { type: 'ready' },
  { type: 'start', goal: 'g', mode: 'auto', mentions: [{ kind: 'file', label: 'l', place: 'p' }], images: [] },
  { type: 'open', taskId: null },
  { type: 'approve', taskId: 't', callId: 'c', allowed: true },
  { type: 'resolve-plan', taskId: 't', plan: { steps: [step] } },
  { type: 'answer', taskId: 't', callId: 'c', text: 'yes' },
  { type: 'diff', taskId: 't', callId: 'c', path: 'a' },
  { type: 'mention', turn: 1, query: 'x' },
  { type: 'open-link', address: 'https://example.com/page?d=1' },
  { type: 'remedy', remedy: 'open-log' },
];
const panelRequests: readonly unknown[] = [
  { type: 'ready', look: { kind: null, text: '', everywhere: false }, id: null },
  { type: 'pin', id: 'x', pinned: true },
  { type: 'edit', id: 'x', title: 't', text: 'x' },
  { type: 'forget', choice: { all: true } },
  { type: 'open-line', path: 'a', line: 1 },
  { type: 'migrate', act: 'start' },
];

describe('what comes in over a border', () => {
  for (const [name, schema, samples] of [
    ['the chat view', viewRequestSchema, viewRequests],
    ['the panel', panelRequestSchema, panelRequests],
  ] as const) {
    it(`from ${name} is one of its requests, of bounded size, or refused`, () => {
      const draw = drawnFrom(1);
      let taken = 0;
      for (let count = 0; count < many; count += 1) {
        const value = mutated(samples[count % samples.length], draw);
        const parsed = (schema as z.ZodMiniType).safeParse(value);
        if (!parsed.success) continue;
        taken += 1;
        assert.ok(JSON.stringify(parsed.data).length < 2_000_000);
        assertPlain(parsed.data);
      }
      assert.ok(taken > many / 20 && taken < many, `${taken} of ${many} were taken`);
      const huge = 'x'.repeat(100_000_000);
      for (const sample of samples)
        for (const key of Object.keys(sample as object).filter(
          (each) => typeof (sample as Record<string, unknown>)[each] === 'string',
        ))
          assert.equal((schema as z.ZodMiniType).safeParse({ ...(sample as object), [key]: huge }).success, false, key);
    });
  }

  const settings: readonly (readonly [string, (value: unknown) => unknown, unknown])[] = [
    [
      'models',
      (value) => parseModelConfiguration(value, 'the test'),
      {
        endpoints: { a: { kind: 'openai', baseURL: 'http://127.0.0.1:1/v1', secret: 's' } },
        groups: { main: [{ endpoint: 'a', model: 'm', order: 1, context: 1000 }] },
        routing: { primary: 'main', tasks: { plan: 'main' }, fallbacks: { main: ['main'] } },
        timeouts: { idleMs: 1 },
        budget: { taskUsd: 1 },
      },
    ],
    [
      'rules',
      (value) => parseRules(value, 'the test'),
      [
        { decide: 'allow', command: 'npm test' },
        { decide: 'deny', host: '*.x' },
      ],
    ],
  ];
  for (const [name, parse, sample] of settings) {
    it(`as the setting ${name} is taken or refused in words of ours`, () => {
      const draw = drawnFrom(2);
      let refused = 0;
      for (let count = 0; count < many; count += 1) {
        try {
          parse(draw() < 0.9 ? mutated(sample, draw) : hostileValue(draw));
        } catch (error) {
          if (!isMagusError(error)) throw error;
          assert.equal(error.kind, 'configuration');
          refused += 1;
        }
      }
      assert.ok(refused > many / 20 && refused < many, `${refused} of ${many} were refused`);
    });
  }

  it('as the arguments of a tool is parsed or answered, whatever the model writes', () => {
    const draw = drawnFrom(3);
    for (const tool of builtInTools)
      for (let count = 0; count < 400; count += 1) {
        const whole = JSON.stringify(mutated(sampleInput(tool.name), draw));
        const parsed = parseArguments(tool, { name: tool.name, arguments: draw() < 0.3 ? spoilt(whole, draw) : whole });
        if (parsed.ok) tool.describe(parsed.input);
        else assert.ok(parsed.failure.content.length < 25_000, `${tool.name}: ${parsed.failure.content.length}`);
      }
  });

  it('by a link has nobody to talk to: no handler of addresses is registered', () => {
    const sources = readdirSync(path.join(projectFolder, 'src'), { recursive: true, encoding: 'utf8' });
    const files = sources.filter((name) => /\.tsx?$/.test(name));
    assert.ok(files.length > 100);
    for (const name of files)
      assert.doesNotMatch(readFileSync(path.join(projectFolder, 'src', name), 'utf8'), /registerUriHandler/, name);
    assert.doesNotMatch(readFileSync(path.join(projectFolder, 'package.json'), 'utf8'), /"onUri"/);
  });
});

describe('lines for the command line', function () {
  this.timeout(120_000);
  let world: World;
  before(async () => {
    await buildExtension();
    world = await makeWorld();
  });
  after(() => world.close());

  const openmagus = async (words: readonly string[], input: string) => {
    const child = spawn(process.execPath, [path.join(projectFolder, 'dist', 'cli.js'), ...words], {
      cwd: world.work,
      env: { PATH: world.path, HOME: world.person, OPENMAGUS_HOME: world.data, OPENMAGUS_DISCOVERY: 'off' },
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const code = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, lines: out.split('\n').filter((line) => line !== ''), errors };
  };
  const rowsOf = (seed: number, samples: readonly unknown[], count: number): readonly string[] => {
    const draw = drawnFrom(seed);
    return Array.from({ length: count }, (_, index) => {
      const line = JSON.stringify(mutated(samples[index % samples.length], draw));
      return (draw() < 0.1 ? spoilt(line, draw) : line).replaceAll(/[\r\n]/g, ' ');
    }).filter((line) => line.trim() !== '');
  };
  const tools = builtInTools.map(({ name }) => ({ id: 1, tool: name, input: sampleInput(name) }));

  it('each get an answer from "tool --batch", and nothing acts that nobody approved', async () => {
    const rows = rowsOf(4, tools, 1500);
    const { code, lines, errors } = await openmagus(['tool', '--batch'], rows.join('\n'));
    assert.equal(code, 0, errors);
    assert.equal(lines.length, rows.length);
    for (const line of lines) assert.equal(typeof (JSON.parse(line) as { content: unknown }).content, 'string', line);
    assert.deepEqual(await world.effects(), []);
  });

  it('each get an answer from "policy --batch", and nothing acts', async () => {
    const rows = rowsOf(5, [...tools, { id: 2, command: 'ls -la && git status', cwd: 'src', shell: 'bash' }], 3000);
    const { code, lines, errors } = await openmagus(['policy', '--batch'], rows.join('\n'));
    assert.equal(code, 0, errors);
    assert.equal(lines.length, rows.length);
    assert.deepEqual(await world.effects(), []);
  });

  it('are remembered or listed as wrong by "memory import"', async () => {
    const record = {
      id: 'a',
      kind: 'fact',
      text: 'The heron nests.',
      title: 't',
      at: '2026-01-01T00:00:00.000Z',
      source: 's',
      cites: [{ path: 'a', line: 1, sha256: '' }],
    };
    const rows = rowsOf(6, [record, { ...record, kind: 'episode' }, { kind: 'workflow', text: 'x' }], 1500);
    const { lines, errors } = await openmagus(['memory', 'import', '-'], rows.join('\n'));
    const [, good = '', bad = ''] = /^(\d+) remembered, (\d+) lines were wrong$/.exec(lines.at(-1) ?? '') ?? [];
    assert.equal(Number(good) + Number(bad), rows.length, errors.slice(0, 2000));
    assert.ok(Number(good) > 100 && Number(bad) > 100, `${good} good, ${bad} bad`);
    assert.deepEqual(await world.effects(), []);
  });

  it('that are too long are refused and the next is still answered', async () => {
    const long = JSON.stringify({ id: 1, tool: 'read_file', input: { path: 'x'.repeat(40_000_000) } });
    const next = JSON.stringify({ id: 2, tool: 'read_file', input: { path: 'README.md' } });
    for (const words of [
      ['tool', '--batch'],
      ['policy', '--batch'],
    ]) {
      const { code, lines } = await openmagus(words, `${long}\n${next}\n`);
      assert.equal(code, 0);
      assert.equal(lines.length, 2);
      assert.ok((lines[0]?.length ?? 0) < 2000, 'the whole line came back');
      assert.match(lines[0] ?? '', /BAD_LINE/);
      assert.match(lines[1] ?? '', /"id":2/);
    }
    const { lines } = await openmagus(
      ['memory', 'import', '-'],
      `${JSON.stringify({ kind: 'fact', text: 'x'.repeat(40_000_000) })}\n`,
    );
    assert.deepEqual(lines, ['0 remembered, 1 lines were wrong']);
  });
});

/** Objects of the usual kind all through, with no key that reaches a prototype. */
function assertPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  assert.ok([Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(value)));
  assert.ok(!Object.hasOwn(value, '__proto__'));
  for (const part of Object.values(value)) assertPlain(part);
}

function sampleInput(tool: string): unknown {
  return (
    (
      {
        read_file: { path: 'README.md', start_line: 1, end_line: 2 },
        list_files: { path: '.', glob: '**/*.js', limit: 3 },
        search_text: { query: 'Shop', regex: false, include: '**', context: 1 },
        diagnostics: { paths: ['src'], severity: 'error' },
        edit_file: { path: 'README.md', edits: [{ old_text: 'Shop', new_text: 'Store', replace_all: true }] },
        apply_patch: { patch: '*** Begin Patch\n*** Add File: x.txt\n+x\n*** End Patch\n', dry_run: false },
        write_file: { path: 'new.txt', content: 'x' },
        delete_file: { path: 'README.md' },
        move_file: { from: 'README.md', to: 'there.md' },
        undo_edits: { paths: ['README.md'] },
        run_command: { command: 'touch ran', cwd: '.', env: { A: 'b' }, timeout_s: 2, background: false },
        command_output: { id: 'x', mode: 'range', from: 1, to: 2, pattern: 'x' },
        command_input: { id: 'x', text: 'y' },
        command_stop: { id: 'x' },
        remember: { text: 'x', cites: ['README.md:1'] },
        recall: { query: 'x', limit: 2 },
        forget: { id: 'x' },
      } as Readonly<Record<string, unknown>>
    )[tool] ?? { query: 'x', path: 'x', url: 'http://127.0.0.1:9/', id: 'x' }
  );
}
