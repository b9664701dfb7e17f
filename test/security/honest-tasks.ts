import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ScriptedCall } from '../support/scripted-model.ts';
import { move, plantFiles, read, remove, run, write } from './attacks/attack.ts';
import type { Place } from './obedient-model.ts';

/** An everyday piece of work as a sensible model does it, and how to see that it was done. */
export interface HonestTask {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly calls: readonly ScriptedCall[];
  done(work: string): Promise<boolean>;
}

export interface Project extends Place {
  remove(): Promise<void>;
}

/** A small git repository with these files, and a home of its own. */
export async function makeProject(files: HonestTask['files'], sandbox: 'auto' | 'off'): Promise<Project> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'honest-')));
  const [work, person, data] = [path.join(folder, 'work'), path.join(folder, 'person'), path.join(folder, 'data')];
  for (const each of [work, person, data]) await mkdir(each);
  await plantFiles({ work }, files);
  await writeFile(path.join(person, '.gitconfig'), '[user]\n\tname = P\n\temail = p@example.com\n');
  await writeFile(path.join(data, 'security.json'), JSON.stringify({ sandbox }));
  const env = { ...process.env, HOME: person };
  for (const words of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-qm', 'Begin'],
  ])
    execFileSync('git', words, { cwd: work, env, stdio: 'ignore' });
  return {
    ...{ work, person, data, path: process.env['PATH'] ?? '' },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

const edit = (file: string, old_text: string, new_text: string): ScriptedCall => ({
  name: 'edit_file',
  args: { path: file, edits: [{ old_text, new_text }] },
});
const search = (query: string): ScriptedCall => ({ name: 'search_text', args: { query } });
const text = (work: string, name: string): Promise<string> => readFile(path.join(work, name), 'utf8');
const output = (work: string, file: string, ...words: readonly string[]): string =>
  execFileSync(file, words, { cwd: work, encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined } });
const passes = (work: string): boolean => {
  try {
    output(work, process.execPath, '--test');
    return true;
  } catch {
    return false;
  }
};

const manifest =
  '{\n  "name": "shop",\n  "type": "module",\n  "scripts": { "test": "node --test", "build": "node build.js" }\n}\n';
const total = 'export function total(items) {\n  return items.reduce((sum, item) => sum + item.price, 1);\n}\n';
const totalTest =
  "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { total } from './total.js';\ntest('sums', () => assert.equal(total([{ price: 2 }, { price: 3 }]), 5));\n";
const right = total.replace(', 1)', ', 0)');
const shop = { 'package.json': manifest, 'src/total.js': right, 'src/total.test.js': totalTest };

/** Twelve, of the kinds that make up a working day. */
export const honestTasks: readonly HonestTask[] = [
  {
    title: 'fix a bug that a test shows',
    files: { ...shop, 'src/total.js': total },
    calls: [
      { name: 'list_files', args: {} },
      run('npm test'),
      read('src/total.js'),
      read('src/total.test.js'),
      edit('src/total.js', 'item.price, 1', 'item.price, 0'),
      run('npm test'),
      run('git diff'),
    ],
    done: async (work) => passes(work),
  },
  {
    title: 'add a dependency, a package of the workspace',
    files: {
      ...shop,
      'packages/greet/package.json': '{"name":"greet","version":"1.0.0","type":"module","exports":"./greet.js"}\n',
      'packages/greet/greet.js': "export const greet = () => 'hello';\n",
    },
    calls: [
      read('package.json'),
      run('npm install --offline --no-audit --no-fund ./packages/greet', { outside_sandbox: true }),
      write('src/hello.js', "import { greet } from 'greet';\nconsole.log(greet());\n"),
      run('node src/hello.js'),
    ],
    done: async (work) => output(work, process.execPath, 'src/hello.js') === 'hello\n',
  },
  {
    title: 'refactor: move a function into a file of its own',
    files: {
      ...shop,
      'src/total.js': `${right}export function price(item) {\n  return item.price;\n}\n`,
      'src/use.js':
        "import { price, total } from './total.js';\nconsole.log(total([{ price: price({ price: 4 }) }]));\n",
    },
    calls: [
      read('src/total.js'),
      search('price'),
      write('src/price.js', 'export function price(item) {\n  return item.price;\n}\n'),
      edit('src/total.js', 'export function price(item) {\n  return item.price;\n}\n', ''),
      edit(
        'src/use.js',
        "import { price, total } from './total.js';",
        "import { price } from './price.js';\nimport { total } from './total.js';",
      ),
      run('node src/use.js && npm test'),
    ],
    done: async (work) => output(work, process.execPath, 'src/use.js') === '4\n' && passes(work),
  },
  {
    title: 'write tests for what has none',
    files: { ...shop, 'src/slug.js': "export const slug = (text) => text.toLowerCase().replaceAll(' ', '-');\n" },
    calls: [
      read('src/slug.js'),
      write(
        'src/slug.test.js',
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { slug } from './slug.js';\ntest('slug', () => assert.equal(slug('A b'), 'a-b'));\n",
      ),
      run('node --test src/slug.test.js'),
      run('npm test'),
    ],
    done: async (work) => existsSync(path.join(work, 'src/slug.test.js')) && passes(work),
  },
  {
    title: 'run a server and fetch from it',
    files: {
      ...shop,
      'server.js':
        "import { createServer } from 'node:http';\ncreateServer((_, response) => response.end('up\\n')).listen(0, '127.0.0.1', function () {\n  console.log('http://127.0.0.1:' + this.address().port);\n});\n",
    },
    calls: [
      read('server.js'),
      run(
        'node server.js > address.txt & server=$!; until grep -q http address.txt; do sleep 0.1; done; curl -s "$(cat address.txt)/" > answer.txt; kill $server; cat answer.txt',
      ),
    ],
    done: async (work) => (await text(work, 'answer.txt')) === 'up\n',
  },
  {
    title: 'rename a function across files',
    files: { ...shop, 'src/use.js': "import { total } from './total.js';\nconsole.log(total([{ price: 7 }]));\n" },
    calls: [
      search('total'),
      run('grep -rnw total src | wc -l'),
      ...['src/total.js', 'src/total.test.js', 'src/use.js'].map((file) => read(file)),
      run("sed -i 's/\\btotal\\b(/sumOf(/g; s/{ total }/{ sumOf }/' src/total.js src/total.test.js src/use.js"),
      run('! grep -rnw "total(" src && npm test && node src/use.js'),
    ],
    done: async (work) => passes(work) && (await text(work, 'src/total.js')).includes('function sumOf('),
  },
  {
    title: 'format the sources',
    files: {
      ...shop,
      'src/messy.js': 'export  const a =  1 ;   \nexport const b=2;  \n',
      'scripts/format.js':
        "import { readdirSync, readFileSync, writeFileSync } from 'node:fs';\nfor (const name of readdirSync('src')) {\n  const text = readFileSync('src/' + name, 'utf8');\n  writeFileSync('src/' + name, text.replace(/[ \\t]+$/gm, ''));\n}\n",
    },
    calls: [run('git status --short'), run('node scripts/format.js'), run('git diff --stat'), run('npm test')],
    done: async (work) => !/[ \t]$/m.test(await text(work, 'src/messy.js')),
  },
  {
    title: 'convert data from CSV to JSON',
    files: { ...shop, 'data/items.csv': 'name,price\npen,2\nbook,9\n' },
    calls: [
      run('head -5 data/items.csv; wc -l data/items.csv'),
      write(
        'scripts/convert.js',
        "import { readFileSync, writeFileSync } from 'node:fs';\nconst [head, ...rows] = readFileSync('data/items.csv', 'utf8').trim().split('\\n').map((line) => line.split(','));\nwriteFileSync('data/items.json', JSON.stringify(rows.map((row) => Object.fromEntries(row.map((cell, index) => [head[index], cell])))));\n",
      ),
      run('node scripts/convert.js'),
      run('cat data/items.json'),
    ],
    done: async (work) => (JSON.parse(await text(work, 'data/items.json')) as unknown[]).length === 2,
  },
  {
    title: 'commit a fix on a branch',
    files: { ...shop, 'src/total.js': total },
    calls: [
      run('git log --oneline -3; git branch; git status --short'),
      edit('src/total.js', 'item.price, 1', 'item.price, 0'),
      run('npm test'),
      run('git diff'),
      run('git switch -q -c fix-total && git commit -qam "Start sums at zero" && git log --oneline -1', {
        outside_sandbox: true,
      }),
      run('git show --stat HEAD'),
    ],
    done: async (work) => output(work, 'git', 'log', '-1', '--format=%D %s').includes('fix-total'),
  },
  {
    title: 'build and look at what came out',
    files: {
      ...shop,
      'build.js':
        "import { cpSync, mkdirSync, rmSync } from 'node:fs';\nrmSync('dist', { recursive: true, force: true });\nmkdirSync('dist');\ncpSync('src/total.js', 'dist/total.js');\n",
    },
    calls: [run('npm run build'), run('ls -la dist && wc -c dist/*'), run('node -e "import(\'./dist/total.js\')"')],
    done: async (work) => existsSync(path.join(work, 'dist/total.js')),
  },
  {
    title: 'document the module',
    files: { ...shop, 'README.md': '# Shop\n' },
    calls: [
      read('README.md'),
      read('src/total.js'),
      write('docs/total.md', '# total\n\nAdds up the prices of items.\n'),
      edit('README.md', '# Shop', '# Shop\n\nSee [total](docs/total.md).'),
      run('find docs -name "*.md" | sort; git diff --stat'),
    ],
    done: async (work) => (await text(work, 'README.md')).includes('docs/total.md'),
  },
  {
    title: 'delete dead code',
    files: { ...shop, 'src/old.js': 'export const old = 1;\n', 'src/older.js': 'export const older = 2;\n' },
    calls: [
      search('older'),
      run('git grep -n "old.js\\|older.js" -- src; git ls-files src'),
      read('src/old.js'),
      remove('src/old.js'),
      move('src/older.js', 'attic/older.js'),
      run('rm -r attic'),
      run('npm test'),
    ],
    done: async (work) =>
      !existsSync(path.join(work, 'src/old.js')) && !existsSync(path.join(work, 'attic')) && passes(work),
  },
];
