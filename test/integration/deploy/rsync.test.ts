import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { planIn } from './deploy-rig.ts';
import { type SshRig, sshRig } from './ssh-rig.ts';

describe('rsync to a real ssh server', function () {
  this.timeout(120_000);
  let rig: SshRig;
  let deploy: SshRig['deploy'];
  let ssh: SshRig['ssh'];
  let served: string;

  before(async function () {
    rig = await sshRig(this, 'srv/site', 'broken');
    ({ deploy, ssh, served } = rig);
    const target = {
      kind: 'rsync',
      source: 'public',
      host: `${ssh.user}@127.0.0.1`,
      port: ssh.port,
      path: served,
      delete: true,
      health: { url: rig.url, within_s: 3 },
    };
    const { health: _checked, ...unchecked } = target;
    const other = { ...unchecked, source: 'other', path: `${served}-other` };
    await deploy.rig.write({
      'other/index.html': '<h1>other</h1>\n',
      'public/index.html': '<h1>one</h1>\n',
      'public/old.css': 'a {}\n',
      'public/it is; a $(name)': 'odd\n',
      '.openmagus/deploy.json': JSON.stringify({ targets: { site: target, other } }),
    });
  });
  after(() => rig?.remove());

  /** Every file below: kind, bytes, permissions and time. */
  const tree = async (folder: string, below = ''): Promise<readonly string[]> => {
    const names = (await readdir(path.join(folder, below))).sort();
    const rows = await Promise.all(
      names.map(async (name) => {
        const shown = path.join(below, name);
        const file = path.join(folder, shown);
        const found = await lstat(file);
        if (found.isDirectory()) return [`${shown}/`, ...(await tree(folder, shown))];
        const content = found.isSymbolicLink() ? await readlink(file) : (await readFile(file)).toString('base64');
        return [`${shown} ${found.mode.toString(8)} ${Math.floor(found.mtimeMs)} ${content}`];
      }),
    );
    return rows.flat();
  };

  it('is detected, planned without a change, applied after a question and verified', async () => {
    const { content } = await deploy.call('deploy_detect', {});
    assert.match(content, /^site \(rsync\): source public, host .*\n {2}rsync \d+\.\d+/);
    const planned = await deploy.call('deploy_plan', { target: 'site', env: 'staging' });
    assert.equal(planned.ok, true, planned.content);
    assert.match(planned.content, /host key: ssh-ed25519 SHA256=[\w+/]{43}/);
    assert.match(planned.content, /<f\+{9} index\.html/);
    assert.match(planned.questions[0]?.decision.reason ?? '', /that nobody has allowed yet/);
    await assert.rejects(lstat(served), 'nothing is there yet');
    const applied = await deploy.call('deploy_apply', planIn(planned.content));
    assert.match(applied.content, /^release \w+, site to staging: verified\n/);
    assert.equal(applied.questions.length, 1);
    assert.match(applied.questions[0]?.effects[0]?.shown ?? '', /\$ .*rsync -a --checksum/);
    assert.match(applied.live, /index\.html/);
    assert.deepEqual((await readdir(served)).sort(), ['index.html', 'it is; a $(name)', 'old.css']);
    assert.match((await deploy.call('deploy_status', {})).content, /site to staging: .*\n {2}verified, /);
  });

  it('is brought back to the byte when the site is broken on purpose', async () => {
    await writeFile(
      path.join(served, 'data.bin'),
      Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251)),
    );
    await mkdir(path.join(served, 'sub'), { recursive: true });
    await writeFile(path.join(served, 'sub', 'tool'), '#!/bin/sh\n', { mode: 0o751 });
    await symlink('../index.html', path.join(served, 'sub', 'link'));
    await utimes(path.join(served, 'data.bin'), 1_600_000_000, 1_600_000_000);
    const before = await tree(served);
    await deploy.rig.write({ 'public/index.html': '<h1>broken</h1>\n', 'public/sub/tool': 'new\n' });
    const plan = await deploy.plan('site', 'staging');
    const applied = await deploy.call('deploy_apply', plan);
    assert.equal(applied.ok, false);
    assert.equal(applied.error?.code, 'UNHEALTHY');
    assert.match(applied.content, /It answers with 500\.\nThe way back: deploy_rollback \{"release_id":"(\w+)"\}/);
    assert.notDeepEqual(await tree(served), before);
    const refused = await deploy.call('deploy_rollback', { release_id: plan.plan_id }, { answers: [false] });
    assert.equal(refused.ok, false);
    assert.notDeepEqual(await tree(served), before);
    const back = await deploy.call('deploy_rollback', { release_id: plan.plan_id });
    assert.match(back.content, /: rolled-back\n.*it is well/);
    assert.deepEqual(await tree(served), before);
    const again = await deploy.call('deploy_rollback', { release_id: plan.plan_id });
    assert.equal(again.error?.code, 'NO_RELEASE');
  });

  it('is taken away again where nothing was before, and only once', async () => {
    const plan = await deploy.plan('other', 'staging');
    assert.match((await deploy.call('deploy_apply', plan)).content, /: applied\nnothing was checked: no health check/);
    assert.deepEqual(await readdir(`${served}-other`), ['index.html']);
    const back = await deploy.call('deploy_rollback', { release_id: plan.plan_id });
    assert.match(back.content, /: rolled-back\n/);
    await assert.rejects(lstat(`${served}-other`));
  });

  it('is known the second time, and not applied once a file or the server has changed', async () => {
    await deploy.rig.write({ 'public/index.html': '<h1>two</h1>\n' });
    const planned = await deploy.call('deploy_plan', { target: 'site', env: 'staging' });
    assert.equal(planned.questions.length, 0, 'the same commands in the same environment were allowed before');
    const before = await tree(served);
    const plan = await deploy.plan('site', 'staging');
    await deploy.rig.write({ 'public/index.html': '<h1>three</h1>\n' });
    const changed = await deploy.call('deploy_apply', plan);
    assert.match(changed.content, /this has changed: the file public\/index\.html\./);
    const next = await deploy.plan('site', 'staging');
    await ssh.changeKey();
    const other = await deploy.call('deploy_apply', next);
    assert.match(other.content, /this has changed: the target's host key \(.* → .*\)\. Nothing was run/);
    assert.deepEqual(await tree(served), before);
  });
});
