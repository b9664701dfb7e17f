import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildExtension, projectFolder } from '../../support/extension-package.ts';

const cli = join(projectFolder, 'dist', 'cli.js');

describe('openmagus memory', function () {
  // Each command is a process of its own.
  this.timeout(120_000);
  let home: string;
  before(() => buildExtension());
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'openmagus-memory-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const memory = async (words: readonly string[], input = '') => openmagus(['memory', ...words], input);
  const openmagus = async (words: readonly string[], input: string) => {
    const child = spawn(process.execPath, [cli, ...words], {
      env: { ...process.env, OPENMAGUS_HOME: home },
      stdio: 'pipe',
    });
    child.stdin.end(input);
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.on('close', resolve)),
    ]);
    return { stdout, stderr, code };
  };
  const lines = (...rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');

  it('lists what waits for a review, tells nobody of it before, and accepts or rejects it', async () => {
    const fact = { kind: 'fact', text: 'The heron nests at the pond', review: true };
    await memory(
      ['import', '-'],
      lines({ ...fact, id: 'good' }, { ...fact, id: 'bad' }, { ...fact, id: 'own', review: false }),
    );
    const waiting = async () =>
      (await memory(['list', '--review', '--json'])).stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).id)
        .sort();
    const told = async () => (await memory(['search', 'heron', '--json'])).stdout;
    assert.deepEqual(await waiting(), ['bad', 'good']);
    assert.match((await memory(['list'])).stdout, /good .*waits for your review/);
    assert.doesNotMatch(await told(), /"good"/);
    assert.equal((await memory(['review', 'good'])).code, 2);
    assert.match((await memory(['review', 'good', '--accept'])).stdout, /^Accepted: /);
    assert.match((await memory(['review', 'bad', '--reject'])).stdout, /^Rejected and forgotten: /);
    assert.deepEqual(await waiting(), []);
    assert.match(await told(), /"good"/);
    assert.equal((await memory(['show', 'bad'])).code, 2);
  });

  it('is heeded by calls without a model, too', async () => {
    await memory(['import', '-'], lines({ kind: 'fact', text: 'Never write `kept.txt`.' }));
    const call = (name: string) => ({ tool: 'write_file', input: { path: name, content: 'x' }, approve: 'yes' });
    const { stdout } = await openmagus(
      ['tool', '--batch', '--workspace', home],
      lines(call('kept.txt'), call('new.txt')),
    );
    const [kept, fresh] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([kept.ok, kept.error.code, kept.decision], [false, 'REMEMBERED_NEVER', 'deny']);
    assert.equal(fresh.ok, true);
  });

  it('takes the good lines of an import and lists the bad ones', async () => {
    const rows = [
      lines({ id: 'a', kind: 'fact', text: 'The colour is mauve' }),
      'not json',
      lines({ id: 'b', kind: 'opinion', text: 'x' }),
      lines({ kind: 'episode' }),
      '',
      lines({
        id: 'c',
        kind: 'episode',
        text: 'Half a pair \ud83d and a NUL \0 \u202e',
        at: '2026-01-01T00:00:00.000Z',
      }),
    ].join('\n');
    const { stdout, stderr, code } = await memory(['import', '-'], rows);
    assert.equal(code, 1);
    assert.equal(stdout, '2 remembered, 3 lines were wrong\n');
    assert.deepEqual(stderr.match(/line \d+/g), ['line 2', 'line 3', 'line 4']);
    const found = await memory(
      ['search', '--batch'],
      lines({ id: 7, query: 'mauve', kinds: ['fact'], limit: 3 }, { query: '' }),
    );
    const [first, second] = found.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([first.id, first.hits[0].id, first.hits[0].kind], [7, 'a', 'fact']);
    assert.match(first.hits[0].why, /full text, rank 1/);
    assert.deepEqual(second.hits, []);
  });

  it('gives out what it takes in: export and import are equal', async () => {
    await memory(
      ['import', '-'],
      lines({ id: 'a', kind: 'fact', text: 'one' }, { id: 'b', kind: 'episode', text: 'two' }),
    );
    const first = await memory(['export']);
    await writeFile(join(home, 'all.jsonl'), first.stdout);
    assert.match((await memory(['forget', '--all'])).stderr, /forget --all --yes/);
    assert.equal((await memory(['forget', '--all', '--yes'])).stdout, '2 forgotten\n');
    assert.equal((await memory(['list'])).stdout, 'Nothing is remembered yet.\n');
    assert.equal((await memory(['import', join(home, 'all.jsonl')])).stdout, '2 remembered, 0 lines were wrong\n');
    assert.equal((await memory(['export'])).stdout, first.stdout);
  });

  it('pins, shows, and forgets without a trace', async () => {
    await memory(
      ['import', '-'],
      lines(
        { id: 'a', kind: 'fact', text: 'xylophonequartz', source: 'somewhere' },
        { id: 'b', kind: 'fact', text: 'stays' },
      ),
    );
    assert.match((await memory(['pin', 'a'])).stdout, /^Pinned: xylophonequartz/);
    assert.equal(JSON.parse((await memory(['show', 'a'])).stdout).pinned, true);
    assert.match((await memory(['list', '--pinned'])).stdout, /^a .*\(pinned\)\n$/);
    assert.equal((await memory(['forget', '--source', 'somewhere'])).stdout, '1 forgotten\n');
    assert.ok(!(await readFile(join(home, 'openmagus.db'))).toString('latin1').toLowerCase().includes('xylophone'));
    assert.match((await memory(['show', 'a'])).stderr, /There is no memory a\. List them/);
  });

  it('keeps no secret of an imported text', async () => {
    const secret = `ghp_${'A1b2C3d4E5f6'.repeat(3)}`;
    await memory(['import', '-'], lines({ id: 'a', kind: 'fact', text: `the token is ${secret} here` }));
    assert.match((await memory(['export'])).stdout, /the token is \[redacted\] here/);
  });

  it('says what is missing: words, a file, servers, a right configuration', async () => {
    for (const [words, message] of [
      [[], /openmagus memory search\|list/],
      [['nonsense'], /There is no command memory nonsense/],
      [['search'], /Search for what\?/],
      [['search', 'x', '--kinds', 'dreams'], /--kinds takes episode, fact, workflow/],
      [['import', '/nowhere/at/all'], /The file cannot be read/],
      [['forget'], /Which memories\?/],
      [['forget', '--from', 'yesterday-ish'], /"from" is a moment such as/],
      [['replay'], /No server is configured\. Name Redis, Chroma or Neo4j in memory\.json/],
    ] as const) {
      const { stderr, code } = await memory(words);
      assert.match(stderr, message);
      assert.equal(code, 2);
    }
    await writeFile(join(home, 'memory.json'), '{"redis": {"url": 3}, "rediss": {}}');
    const { stderr, code } = await memory(['list']);
    assert.match(stderr, /memory\.json is not right/);
    assert.equal(code, 2);
  });
});
