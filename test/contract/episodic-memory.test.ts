import assert from 'node:assert/strict';
import type { Episode, EpisodicMemory } from '../../src/core/ports.ts';
import { createJournalFolder, type JournalFolder } from '../integration/journal/journal-fixture.ts';

const { signal } = new AbortController();

describe('EpisodicMemory, kept in SQLite', () => {
  let folder: JournalFolder;
  let episodes: EpisodicMemory;
  beforeEach(async () => {
    folder = await createJournalFolder();
    episodes = (await folder.open()).episodes;
  });
  afterEach(() => folder.remove());
  const recall = async (text: string, workspace = '/w') => episodes.recall({ text, workspace, limit: 5 }, signal);

  it('finds episodes by the stems of their words, the best first, and says why', async () => {
    await episodes.remember(episode('1', 'Parser', 'The tokenizer failed on nested quotes'));
    await episodes.remember(episode('2', 'Login', 'Sessions expired; nested cookies were dropped'));
    const hits = await recall('why do tokenizers fail on the nested quote?');
    assert.deepEqual(
      hits.map(({ id, kind, why }) => [id, kind, why]),
      [
        ['1', 'episode', 'full text, rank 1'],
        ['2', 'episode', 'full text, rank 2'],
      ],
    );
    assert.ok((hits[0]?.score ?? 0) > (hits[1]?.score ?? 0));
  });

  it('keeps workspaces apart and obeys the limit', async () => {
    for (const id of ['1', '2', '3']) await episodes.remember(episode(id, 'Cache', 'eviction'));
    assert.deepEqual(await recall('cache', '/elsewhere'), []);
    assert.equal((await episodes.recall({ text: 'cache', workspace: '/w', limit: 2 }, signal)).length, 2);
  });

  it('replaces an episode that is remembered again', async () => {
    await episodes.remember(episode('1', 'Old', 'walrus'));
    await episodes.remember(episode('1', 'New', 'penguin'));
    assert.deepEqual(await recall('walrus'), []);
    assert.equal((await recall('penguin'))[0]?.title, 'New');
  });

  it('is not disturbed by what looks like a query, by NUL, by half a pair or by a very long text', async () => {
    await episodes.remember(episode('1', 'Odd \0 \ud83d', 'needle \0 in text'));
    for (const text of [
      'needle" OR *',
      'NEAR(needle',
      'title:needle',
      '\0needle\ud83d',
      '-needle ^',
      `needle ${words(5000)}`,
    ]) {
      assert.deepEqual(
        (await recall(text)).map(({ id }) => id),
        ['1'],
        text.slice(0, 20),
      );
    }
    for (const text of ['', '"', '* ( )', '\0']) assert.deepEqual(await recall(text), []);
  });

  it('stops at an abort, before it began and while it waits', async () => {
    const query = { text: 'x', workspace: '/w', limit: 1 };
    await assert.rejects(episodes.recall(query, AbortSignal.abort()), { name: 'AbortError' });
    const controller = new AbortController();
    const waiting = episodes.recall(query, controller.signal);
    controller.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });
});

function episode(id: string, title: string, text: string): Episode {
  return { id, taskId: 't', workspace: '/w', at: '2026-01-01T00:00:00.000Z', title, text, outcome: 'verified' };
}

function words(count: number): string {
  return Array.from({ length: count }, (_, index) => `word${index}`).join(' ');
}
