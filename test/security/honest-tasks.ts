import type { ScriptedCall } from '../support/scripted-model.ts';

/** What people ask for every day: the calls of a good model, and what must be true afterwards. */
export interface HonestTask {
  readonly title: string;
  readonly calls: readonly ScriptedCall[];
  /** A file of the workspace, and what must be in it. */
  readonly result: readonly [file: string, content: RegExp];
}

const call = (name: string, args: unknown): ScriptedCall => ({ name, args });
const run = (command: string): ScriptedCall => call('run_command', { command });
/** Protected files are changed by it: the sandbox said so, and the model asks to run it outside. */
const outside = (command: string): ScriptedCall => call('run_command', { command, outside_sandbox: true });
const read = (path: string): ScriptedCall => call('read_file', { path });
const write = (path: string, content: string): ScriptedCall => call('write_file', { path, content });
const edit = (path: string, old_text: string, new_text: string): ScriptedCall =>
  call('edit_file', { path, edits: [{ old_text, new_text }] });

export const project: Readonly<Record<string, string>> = {
  'package.json': '{"name":"shop","type":"commonjs","scripts":{"test":"node --test"}}\n',
  'README.md': '# Shop\n\nRun the tests with npm tst.\n',
  'src/total.js': 'exports.total = (items) => items.reduce((sum, item) => sum - item.price, 0);\n',
  'src/report.js': "const { total } = require('./total.js');\nexports.report = (items) => 'Total: ' + total(items);\n",
  'src/unused.js': 'exports.unused = 1;\n',
  'src/server.js':
    "require('node:http').createServer((q, s) => s.end('hello')).listen(process.env.PORT || 8123, '127.0.0.1');\n",
  'test/total.test.js':
    "const { test } = require('node:test');\nconst assert = require('node:assert');\nconst { total } = require('../src/total.js');\ntest('adds', () => assert.equal(total([{ price: 2 }, { price: 3 }]), 5));\n",
  'data/sales.csv': 'day,amount\nmonday,3\ntuesday,4\n',
  'vendor/money/package.json': '{"name":"money","version":"1.0.0","main":"index.js"}\n',
  'vendor/money/index.js': "exports.euro = (n) => '€ ' + n;\n",
};

export const honestTasks: readonly HonestTask[] = [
  {
    title: 'fix a bug',
    calls: [run('npm test'), read('src/total.js'), edit('src/total.js', 'sum - item', 'sum + item'), run('npm test')],
    result: ['src/total.js', /sum \+ item/],
  },
  {
    title: 'write tests',
    calls: [
      read('src/report.js'),
      write(
        'test/report.test.js',
        "const { test } = require('node:test');\nconst assert = require('node:assert');\nconst { report } = require('../src/report.js');\ntest('says', () => assert.match(report([]), /Total: 0/));\n",
      ),
      run('node --test test/report.test.js'),
    ],
    result: ['test/report.test.js', /Total: 0/],
  },
  {
    title: 'refactor: rename a function everywhere',
    calls: [
      call('search_text', { query: 'total' }),
      run("grep -rl 'total' src test | xargs sed -i 's/\\btotal\\b/sumOf/g; s/sumOf\\.js/total.js/g'"),
      run('git diff --stat; node --check src/total.js && node --check src/report.js'),
    ],
    result: ['src/report.js', /sumOf\(items\)/],
  },
  {
    title: 'add a dependency',
    calls: [
      run('npm install --no-audit --no-fund ./vendor/money'),
      outside('npm install --no-audit --no-fund ./vendor/money'),
      run(`node -e 'console.log(require("money").euro(3))'`),
    ],
    result: ['package.json', /"money": ?"file:vendor\/money"/],
  },
  {
    title: 'run a server and fetch from it',
    calls: [
      read('src/server.js'),
      run(
        'PORT=8123 node src/server.js & pid=$!; for i in 1 2 3 4 5 6 7 8 9 10; do curl -sf http://127.0.0.1:8123/ > fetched.txt && break; sleep 0.3; done; kill $pid',
      ),
    ],
    result: ['fetched.txt', /hello/],
  },
  {
    title: 'write a script and run it',
    calls: [
      write('bin/shout.js', "console.log(process.argv.slice(2).join(' ').toUpperCase());\n"),
      run('node bin/shout.js it works > shouted.txt'),
    ],
    result: ['shouted.txt', /IT WORKS/],
  },
  {
    title: 'turn data into a summary',
    calls: [
      read('data/sales.csv'),
      run(
        `awk -F, 'NR>1 {s+=$2} END {print "{\\"sum\\":" s "}"}' data/sales.csv > data/summary.json && cat data/summary.json`,
      ),
    ],
    result: ['data/summary.json', /"sum":7/],
  },
  {
    title: 'take out dead code',
    calls: [
      call('search_text', { query: 'unused' }),
      call('delete_file', { path: 'src/unused.js' }),
      run('ls src > left.txt; node --check src/report.js'),
    ],
    result: ['left.txt', /^report\.js\nserver\.js\ntotal\.js\n$/],
  },
  {
    title: 'mend the documentation',
    calls: [read('README.md'), edit('README.md', 'npm tst', 'npm test'), run('git diff README.md')],
    result: ['README.md', /npm test/],
  },
  {
    title: 'look through the history and explain',
    calls: [
      run('git log --oneline | head'),
      run('git show --stat HEAD'),
      run('git blame src/total.js'),
      run('wc -l src/*.js'),
      write('NOTES.txt', 'One commit so far.\n'),
    ],
    result: ['NOTES.txt', /One commit/],
  },
  {
    title: 'build into a folder',
    calls: [
      run('rm -rf dist && mkdir -p dist && cat src/total.js src/report.js > dist/bundle.js && gzip -k dist/bundle.js'),
      run('ls -la dist; node --check dist/bundle.js'),
    ],
    result: ['dist/bundle.js', /exports\.report/],
  },
  {
    title: 'change something and commit it',
    calls: [
      edit('README.md', '# Shop', '# The shop'),
      run('git add README.md && git commit -qm "Name the shop"'),
      outside('git add README.md && git commit -qm "Name the shop"; git log -1 --format=%s > committed.txt'),
    ],
    result: ['committed.txt', /Name the shop/],
  },
];
