import assert from 'node:assert/strict';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Deployment, DeploymentState } from '../../../src/core/deploy/deployment.ts';
import { createJournalFolder, type JournalFolder } from './journal-fixture.ts';

const day = 24 * 3_600_000;

function planned(planId: string, more: Partial<Deployment['plan']> = {}): Deployment {
  const plan = {
    planId,
    taskId: 'task',
    target: 'site',
    settings: { kind: 'rsync', source: 'public', host: 'web.example', path: '/srv/site' },
    environment: 'staging',
    environmentCounts: false,
    object: 'web.example:/srv/site',
    names: [],
    root: '/work',
    madeAtMs: 100 * day,
    apply: [],
    rollback: { commands: [], note: '' },
    difference: '',
    places: [],
    bound: { files: {}, environment: {}, identity: {} },
    targetHash: 'hash of the target',
    known: false,
    ...more,
  } as const;
  return { plan, digest: 'd', state: 'planned', note: '', changedAtMs: plan.madeAtMs };
}

describe('deployments in the journal', () => {
  let folder: JournalFolder;
  beforeEach(async () => {
    folder = await createJournalFolder();
  });
  afterEach(() => folder.remove());

  it('are there for the next process, as they were', async () => {
    const first = await folder.open();
    await first.deployments.add(planned('a'));
    await first.close();
    const { deployments } = await folder.open();
    assert.deepEqual(await deployments.get('a'), planned('a'));
    assert.equal(await deployments.get('b'), undefined);
    assert.deepEqual(await deployments.releases('/work', 10), [], 'a plan is no release');
  });

  it('go from one state to the next once, whoever asks', async () => {
    const [one, other] = [await folder.open(), await folder.open()];
    await one.deployments.add(planned('a'));
    const begin = (by: string): Deployment => ({ ...planned('a'), state: 'applying', note: by });
    const won = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? one : other).deployments.change(['planned'], begin(String(index))),
      ),
    );
    assert.equal(won.filter(Boolean).length, 1);
    assert.equal((await other.deployments.get('a'))?.note, String(won.indexOf(true)));
    assert.equal(await one.deployments.change(['planned', 'failed'], begin('late')), false);
    assert.equal(await one.deployments.change(['applying'], { ...begin('x'), state: 'verified' }), true);
  });

  it('are listed by folder, the newest first', async () => {
    const { deployments } = await folder.open();
    const release = async (planId: string, root: string, state: DeploymentState): Promise<void> => {
      await deployments.add(planned(planId, { root }));
      await deployments.change(['planned'], { ...planned(planId, { root }), state });
    };
    await release('a', '/work', 'verified');
    await release('b', '/other', 'verified');
    await release('c', '/work', 'failed');
    const ids = (await deployments.releases('/work', 10)).map(({ plan }) => plan.planId);
    assert.deepEqual(ids, ['c', 'a']);
    const [newest, ...others] = await deployments.releases('/work', 1);
    const { bound: _bound, difference: _difference, ...plan } = planned('c').plan;
    assert.deepEqual(newest, { ...planned('c'), state: 'failed', plan }, 'without what a list does not show');
    assert.deepEqual(others, []);
  });

  it('forget plans that came to nothing after a week, and that their target was allowed', async () => {
    const { deployments } = await folder.open();
    await deployments.add(planned('a', { targetHash: 'never used' }));
    await deployments.add(planned('b', { targetHash: 'used' }));
    await deployments.change(['planned'], { ...planned('b', { targetHash: 'used' }), state: 'verified' });
    assert.deepEqual([await deployments.knows('never used'), await deployments.knows('used')], [true, true]);
    await deployments.add(planned('c', { madeAtMs: 108 * day, targetHash: 'new' }));
    assert.equal(await deployments.get('a'), undefined);
    assert.deepEqual([await deployments.knows('never used'), await deployments.knows('used')], [false, true]);
  });

  it('keep what a plan leaves to its apply no longer than it is good, and from everybody else', async () => {
    const { deployments } = await folder.open();
    const place = await deployments.folder();
    if (process.platform !== 'win32') assert.equal((await stat(place)).mode & 0o777, 0o700);
    await writeFile(path.join(place, 'old.tfplan'), 'x');
    await writeFile(path.join(place, 'new.tfplan'), 'x');
    const yesterday = new Date(Date.now() - day);
    await utimes(path.join(place, 'old.tfplan'), yesterday, yesterday);
    assert.deepEqual(await readdir(await deployments.folder()), ['new.tfplan']);
  });
});
