import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type HouseRule,
  importsOf,
  layerRule,
  livableSize,
  noBarrel,
  noDefaultExport,
  ownErrors,
  pureCore,
  readLayers,
  type SourceFile,
  tellingNames,
} from './house-rules.ts';

const project = path.join(import.meta.dirname, '..', '..');
const layers = readLayers(readFileSync(path.join(project, 'docs', 'ARCHITECTURE.md'), 'utf8'));
const sources = filesOf('src');
const tests = filesOf('test');

const rules: Readonly<Record<string, HouseRule>> = {
  'imports only what its layer may': layerRule(layers),
  'keeps the core pure': pureCore,
  'throws only MagusErrors': ownErrors,
  'exports nothing by default': noDefaultExport,
  'is no barrel': noBarrel,
  'has a telling name': tellingNames,
  'has a livable size': livableSize,
};

describe('the architecture', () => {
  it('is read from a table and from real files', () => {
    assert.ok(layers.length >= 10, `the table has ${layers.length} rows`);
    assert.ok(layers.every(({ names, may }) => names.length > 0 && may.length > 0));
    assert.ok(sources.length >= 100, `only ${sources.length} files were found`);
    const imports = sources.flatMap(({ text }) => importsOf(text));
    assert.ok(imports.length >= 500, `only ${imports.length} imports were found`);
    for (const folder of ['core', 'tools', 'adapters', 'host', 'webview', 'protocol', 'cli'])
      assert.ok(
        sources.some((file) => file.path.startsWith(`${folder}/`)),
        `nothing in ${folder}`,
      );
  });

  for (const [name, rule] of Object.entries(rules)) {
    it(`every file ${name}`, () => {
      assert.deepEqual(sources.flatMap(rule), []);
    });
  }

  it('keeps tests below 600 lines', () => {
    assert.ok(tests.length >= 40);
    assert.deepEqual(
      tests.filter(({ text }) => text.trimEnd().split('\n').length > 600).map((file) => file.path),
      [],
    );
  });
});

describe('a breach of the architecture is caught:', () => {
  const breaches: readonly (readonly [keyof typeof rules & string, string, string])[] = [
    ['imports only what its layer may', 'core/loop/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['imports only what its layer may', 'core/loop/a.ts', "import type { Uri } from 'vscode';"],
    [
      'imports only what its layer may',
      'core/loop/a.ts',
      "export type A = import('../../adapters/sqlite/worker.ts').B;",
    ],
    ['imports only what its layer may', 'core/a.ts', "import OpenAI from 'openai';"],
    ['imports only what its layer may', 'core/a.ts', "export { tool } from '../tools/files/read-file.ts';"],
    ['imports only what its layer may', 'protocol/a.ts', "import type { Ports } from '../core/ports.ts';"],
    ['imports only what its layer may', 'protocol/a.ts', "import * as z from 'zod';"],
    ['imports only what its layer may', 'tools/shell/a.ts', "const { spawn } = require('node:child_process');"],
    [
      'imports only what its layer may',
      'tools/shell/a.ts',
      "import {\n  a,\n  b,\n} from '../../adapters/process/a.ts';",
    ],
    ['imports only what its layer may', 'adapters/redis/a.ts', "import type { A } from '../sqlite/a.ts';"],
    ['imports only what its layer may', 'adapters/redis/a.ts', "import * as vscode from 'vscode';"],
    ['imports only what its layer may', 'webview/a.tsx', "const core = await import('../core/agents/coordinator.ts');"],
    ['imports only what its layer may', 'webview/a.tsx', "import 'node:process';"],
    ['imports only what its layer may', 'host/a.ts', "import { openJournal } from '../adapters/sqlite/a.ts';"],
    ['imports only what its layer may', 'cli/a.ts', "import { desk } from '../host/people.ts';"],
    ['imports only what its layer may', 'elsewhere/a.ts', ''],
    ['keeps the core pure', 'core/a.ts', 'const now = Date.now();'],
    ['keeps the core pure', 'core/a.ts', "const home = process.env['HOME'];"],
    ['keeps the core pure', 'core/a.ts', 'setTimeout(() => stop(), 10);'],
    ['keeps the core pure', 'core/a.ts', "await fetch('https://example.org');"],
    ['throws only MagusErrors', 'core/a.ts', "throw new Error('no');"],
    ['throws only MagusErrors', 'adapters/redis/a.ts', "if (a) throw new TypeError('no');"],
    ['exports nothing by default', 'core/a.ts', 'export default function a() {}'],
    ['exports nothing by default', 'core/a.ts', 'const a = 1;\nexport { a as default };'],
    ['is no barrel', 'core/tools/index.ts', 'export const a = 1;'],
    ['is no barrel', 'core/tools/all.ts', "export * from './tool.ts';\nexport { a, b } from './b.ts';"],
    ['has a telling name', 'core/utils/text.ts', ''],
    ['has a telling name', 'host/common.ts', ''],
    ['has a telling name', 'host/task-manager.ts', ''],
    ['has a livable size', 'core/a.ts', 'const a = 1;\n'.repeat(301)],
    ['has a livable size', 'core/a.ts', "import { a } from './a.ts';\n".repeat(16)],
  ];
  for (const [name, file, text] of breaches) {
    it(`${file} that does not hold to "${name}": ${text.slice(0, 60).replaceAll('\n', ' ')}`, () => {
      assert.equal(rules[name]?.({ path: file, text }).length, 1);
    });
  }

  it('and what is allowed is not', () => {
    const good: readonly SourceFile[] = [
      {
        path: 'core/a.ts',
        text: "import * as z from 'zod/mini';\nimport { parse } from 'unbash';\nimport type { Plan } from '../protocol/plan.ts';\n// throw new Error('x')\nthrow new MagusError('internal', 'x');",
      },
      {
        path: 'adapters/sqlite/a.ts',
        text: "import { b } from './b.ts';\nimport Redis from 'ioredis';\nimport 'node:fs';",
      },
      { path: 'tools/files/a.ts', text: "import { changeFiles } from '../files/change-files.ts';" },
      { path: 'extension.ts', text: "import { run } from './host/run.ts';\n".repeat(20) },
    ];
    for (const rule of Object.values(rules)) assert.deepEqual(good.flatMap(rule), []);
  });
});

function filesOf(folder: string): readonly SourceFile[] {
  const top = path.join(project, folder);
  return readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => ({ path: name.replaceAll(path.sep, '/'), text: readFileSync(path.join(top, name), 'utf8') }));
}
