import assert from 'node:assert/strict';
import type { MemoryKeeper } from '../../src/core/memory/memory-ports.ts';
import type { MemoryKind, MemoryRecord } from '../../src/protocol/memory.ts';

const { signal } = new AbortController();

/** What every keeper of records does, whatever it keeps them in. `fresh` gives an empty one, or a second one over the same records. */
export function describeMemoryKeeper(
  kind: MemoryKind,
  fresh: () => Promise<{
    readonly keeper: MemoryKeeper;
    readonly again: () => Promise<MemoryKeeper>;
    readonly namespace: string;
  }>,
): void {
  let keeper: MemoryKeeper;
  let again: () => Promise<MemoryKeeper>;
  let namespace: string;
  beforeEach(async () => {
    ({ keeper, again, namespace } = await fresh());
  });
  const found = async (text: string, more: { workspace?: string; limit?: number; kinds?: MemoryKind[] } = {}) => {
    const { limit = 10, kinds = [kind], ...rest } = more;
    const rankings = await keeper.search({ text, kinds, limit, ...rest }, signal);
    return [...new Set(rankings.flatMap(({ records }) => records.map(({ id }) => id)))];
  };
  const memory = (...words: Words): MemoryRecord => ({ ...memoryRecord(kind, ...words), namespace });
  const full = (): MemoryRecord => ({ ...fullRecord(kind), namespace });
  const all = (limit = 100) => keeper.scan({ kinds: [kind], afterId: '', limit }, signal);

  it('finds records by their words, the best first', async () => {
    await keeper.put(
      [
        memory('parser', 'Parser', 'The tokenizer failed on nested quotes'),
        memory('login', 'Login', 'Sessions expired; cookies were dropped'),
        memory('colour', 'Colours', 'Buttons are blue'),
      ],
      signal,
    );
    assert.equal((await found('why does the tokenizer fail on nested quotes?'))[0], 'parser');
    assert.equal((await found('cookies dropped at login'))[0], 'login');
    assert.deepEqual(await found('zebra'), []);
  });

  it('gives back every field as it was, also through another connection', async () => {
    const record = full();
    await keeper.put([record], signal);
    assert.deepEqual(await all(), [record]);
    assert.deepEqual(await (await again()).scan({ kinds: [kind], afterId: '', limit: 10 }, signal), [record]);
    const [ranking] = await keeper.search({ text: record.title, kinds: [kind], limit: 5 }, signal);
    assert.deepEqual(ranking?.records[0], record);
  });

  it('keeps a record once, however often it is put, and replaces it by its id', async () => {
    const record = memory('one', 'Walrus', 'walrus walrus');
    for (let time = 0; time < 3; time += 1) await keeper.put([record, record], signal);
    assert.equal((await all()).length, 1);
    await keeper.put([memory('one', 'Penguin', 'penguin')], signal);
    assert.deepEqual(await found('walrus'), []);
    assert.deepEqual(await found('penguin'), ['one']);
    assert.equal((await all()).length, 1);
  });

  it('removes records and what hangs on them, and takes an unknown id for nothing', async () => {
    await keeper.put([full(), memory('two', 'Second', 'stays')], signal);
    await keeper.remove(['full', 'unknown'], signal);
    assert.deepEqual(
      (await all()).map(({ id }) => id),
      ['two'],
    );
    assert.deepEqual(await found(full().title), []);
    await keeper.remove([], signal);
    await keeper.put([full()], signal);
    assert.equal((await all()).length, 2);
  });

  it('keeps workspaces apart, shows what holds everywhere, and obeys kinds and limits', async () => {
    await keeper.put(
      [
        memory('here', 'Cache', 'cache eviction', '/here'),
        memory('there', 'Cache', 'cache eviction', '/there'),
        memory('all', 'Cache', 'cache eviction', ''),
      ],
      signal,
    );
    assert.deepEqual((await found('cache', { workspace: '/here' })).sort(), ['all', 'here']);
    assert.equal((await found('cache')).length, 3);
    const other = kind === 'fact' ? 'episode' : 'fact';
    assert.deepEqual(await found('cache', { kinds: [other] }), []);
    const rankings = await keeper.search({ text: 'cache', kinds: [kind], limit: 2 }, signal);
    assert.ok(rankings.every(({ records }) => records.length <= 2));
  });

  it('pages through everything in the order of ids', async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `id-${String(index * 7).padStart(3, '0')}`);
    await keeper.put(
      [...ids].reverse().map((id) => memory(id, id, 'text')),
      signal,
    );
    const seen: string[] = [];
    for (;;) {
      const page = await keeper.scan({ kinds: [kind], afterId: seen.at(-1) ?? '', limit: 10 }, signal);
      seen.push(...page.map(({ id }) => id));
      if (page.length < 10) break;
    }
    assert.deepEqual(seen, ids);
  });

  it('is not disturbed by what looks like a query, a script or half a character', async () => {
    const texts = [
      '") OR true // ',
      "'; DROP TABLE memory; --",
      "redis.call('FLUSHALL')",
      '}) DETACH DELETE n //',
      '$rows {{}} {$x} title:* NEAR(',
      '\u202Eright to left\u202C \u{1F600}',
    ];
    await keeper.put(
      texts.map((text, index) => memory(`odd-${index}`, text, `${text} needle${index}`)),
      signal,
    );
    for (const [index, text] of texts.entries()) {
      assert.equal((await all())[index]?.text, `${text} needle${index}`);
      assert.equal((await found(`needle${index}`))[0], `odd-${index}`);
      await found(text);
    }
    for (const text of ['', '"', '* ( )', '\0', '\ud83d', 'AND OR NOT']) await found(text);
  });

  it('keeps a record of a megabyte', async () => {
    const text = `beginning ${'many words of a very long log line\n'.repeat(30_000)} end`;
    await keeper.put([memory('long', 'A long log', text)], signal);
    assert.equal((await all())[0]?.text, text);
    assert.deepEqual(await found('long log'), ['long']);
  });

  it('does nothing after an abort', async () => {
    await assert.rejects(keeper.search({ text: 'x', kinds: [kind], limit: 1 }, AbortSignal.abort()), {
      name: 'AbortError',
    });
  });
}

type Words = [id: string, title: string, text: string, workspace?: string];

export function memoryRecord(kind: MemoryKind, ...[id, title, text, workspace = '/w']: Words): MemoryRecord {
  return {
    id,
    kind,
    namespace: 'user/test',
    workspace,
    at: '2026-01-01T00:00:00.000Z',
    title,
    text,
    source: 'test',
    taskId: '',
    outcome: '',
    cites: [],
    evidence: [],
    pinned: false,
    review: false,
    validTo: null,
    supersededBy: null,
    trials: [],
  };
}

/** A record with something in every field. */
function fullRecord(kind: MemoryKind): MemoryRecord {
  return {
    ...memoryRecord(kind, 'full', 'Everything at once', 'A text\nwith lines, "quotes" and 修复'),
    taskId: 't-1',
    outcome: 'verified',
    cites: [{ path: 'src/a.ts', line: 3, sha256: 'ab' }],
    evidence: [{ taskId: 't-1', seq: 7, quote: 'Cannot find module X' }],
    pinned: true,
    review: true,
    validTo: '2026-02-01T00:00:00.000Z',
    supersededBy: 'later',
    trials: [{ action: 'npm test', ok: false, failure: 'Cannot find module X', cure: 'npm install', ms: 1200 }],
    ...(kind === 'workflow' ? { workflow: workflowRecord('full', 1, 2).workflow } : {}),
  };
}

/** One that worked so many times of so many. */
export function workflowRecord(id: string, successes: number, runs: number): MemoryRecord {
  return {
    ...memoryRecord('workflow', id, id, id),
    workflow: {
      goals: ['Mend it', 'Mend that'],
      preconditions: ['packages npm'],
      steps: [
        { tool: 'edit_file', action: '*.ts' },
        { tool: 'run_command', action: 'npm test' },
      ],
      plan: [{ title: 'Mend', instructions: 'Do it', check: 'npm test' }],
      runs,
      successes,
      tried: runs,
      won: successes,
      outcomes: [
        { taskId: 't-1', at: '2026-01-01T00:00:00.000Z', success: true, turns: 3, tokens: 400, usd: 0.5, ms: 1200 },
      ],
      supersedes: null,
      status: 'active',
    },
  };
}
