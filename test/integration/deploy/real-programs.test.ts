import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type DeployRig, deployRig, planIn } from './deploy-rig.ts';
import { recordingProgram } from './recording-program.ts';

describe('real programs', function () {
  this.timeout(120_000);
  let deploy: DeployRig;
  beforeEach(async () => {
    deploy = await deployRig();
  });
  afterEach(() => deploy.remove());

  const needs = (name: string): string | undefined =>
    (process.env['PATH'] ?? '')
      .split(':')
      .map((folder) => path.join(folder, name))
      .find((file) => existsSync(file));

  it('terraform applies the very plan that was shown, and none that a new state has overtaken', async function () {
    if (needs('terraform') === undefined) return this.skip();
    await deploy.rig.write({
      'main.tf':
        'resource "terraform_data" "page" {\n  input = "one"\n}\noutput "page" {\n  value = terraform_data.page.output\n}\n',
    });
    const planned = await deploy.call('deploy_plan', { target: 'terraform', env: 'test' });
    assert.match(
      planned.content,
      /# terraform_data\.page will be created[\s\S]*Plan: 1 to add, 0 to change, 0 to destroy/,
    );
    const plan = planIn(planned.content);
    const other = await deploy.plan('terraform', 'test');
    const applied = await deploy.call('deploy_apply', plan);
    assert.match(applied.content, /: applied\n[\s\S]*Apply complete! Resources: 1 added/);
    assert.match(await readFile(path.join(deploy.root, 'terraform.tfstate'), 'utf8'), /"input"/);
    const overtaken = await deploy.call('deploy_apply', other);
    assert.match(overtaken.content, /this has changed: the file terraform\.tfstate/);
    await deploy.rig.write({ 'main.tf': (await deploy.rig.text('main.tf')).replace('"one"', '"two"') });
    const second = await deploy.plan('terraform', 'test');
    assert.match((await deploy.call('deploy_apply', second)).content, /: applied\n/);
    const none = await deploy.call('deploy_rollback', { release_id: second.plan_id });
    assert.match(none.content, /no way back of its own: put the former files back/);
    const newer = await deploy.call('deploy_rollback', { release_id: plan?.plan_id });
    assert.equal(newer.error?.code, 'NEWER_RELEASE');
  });

  it('terraform takes away what was made where nothing was before', async function () {
    if (needs('terraform') === undefined) return this.skip();
    await deploy.rig.write({ 'infra/main.tf': 'resource "terraform_data" "page" {}\n' });
    const plan = await deploy.plan('terraform-infra', 'test');
    assert.match((await deploy.call('deploy_apply', plan)).content, /Resources: 1 added/);
    const back = await deploy.call('deploy_rollback', { release_id: plan.plan_id });
    assert.match(back.content, /: rolled-back\n[\s\S]*Resources: 0 added, 0 changed, 1 destroyed/);
  });

  it('kubectl, docker and gh say clearly that there is no cluster, no engine and nobody signed in', async function () {
    if (!['kubectl', 'docker', 'gh'].some(needs)) return this.skip();
    await deploy.rig.write({
      'k8s/web.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n',
      '.openmagus/deploy.json': JSON.stringify({
        targets: { out: { kind: 'gh-workflow', workflow: 'a.yml', ref: 'main' } },
      }),
      'compose.yaml': 'services:\n  web:\n    image: web\n',
    });
    const former = { ...process.env };
    process.env['KUBECONFIG'] = path.join(deploy.root, 'none');
    process.env['GH_CONFIG_DIR'] = path.join(deploy.root, 'none');
    process.env['DOCKER_HOST'] = `unix://${deploy.root}/none.sock`;
    try {
      if (needs('kubectl')) {
        const { content, error } = await deploy.call('deploy_plan', { target: 'kubectl', env: 'test' });
        assert.equal(error?.code, 'TARGET_UNKNOWN');
        assert.match(
          content,
          /^cluster: .*kubectl config view.* ended with exit code 1\.\nerror: current-context must exist/,
        );
      }
      if (needs('docker')) {
        const { content, error } = await deploy.call('deploy_plan', { target: 'compose', env: 'test' });
        assert.equal(error?.code, 'TARGET_UNKNOWN');
        assert.match(content, /^(?:program|engine): .*docker .* ended with exit code \d+\./);
      }
      if (needs('gh')) {
        const { content, error } = await deploy.call('deploy_plan', { target: 'out', env: 'test' });
        assert.equal(error?.code, 'TARGET_UNKNOWN');
        assert.match(
          content,
          /^repository: .*gh repo view .* ended with exit code \d+\.\n[\s\S]*(?:gh auth login|GH_TOKEN)/,
        );
      }
    } finally {
      for (const name of ['GH_CONFIG_DIR', 'KUBECONFIG', 'DOCKER_HOST']) {
        delete process.env[name];
        if (former[name] !== undefined) process.env[name] = former[name];
      }
    }
  });

  it('that are missing or too old are named, with the way to get them', async () => {
    await deploy.rig.write({
      'fly.toml': 'app = "shop"\n',
      'Chart.yaml': 'name: shop\n',
      Dockerfile: 'FROM scratch\n',
      '.openmagus/deploy.json': JSON.stringify({
        targets: {
          site: { kind: 'vercel' },
          bad: { kind: 'rsync', source: '../..', host: '-oProxyCommand=x', path: '/' },
        },
      }),
    });
    const wrong = await deploy.call('deploy_detect', {});
    assert.match(
      wrong.content,
      /deploy\.json: targets\.bad\.source: .*\n.*targets\.bad\.host: .*\n.*targets\.bad\.path: /,
    );
    await deploy.rig.write({ '.openmagus/deploy.json': '{"targets": {"site": {"kind": "vercel"}}}' });
    await recordingProgram(deploy.bin, 'helm', [[/./, 'v2.17.0']]);
    const { content } = await deploy.call('deploy_detect', {});
    assert.match(
      content,
      /^helm \(helm\): source \., release shop\n {2}helm 2\.17\.0, too old: 3\.13 or newer is needed: https:/m,
    );
    assert.match(content, /^docker \(docker\): source \.\n.*not whole: name image in \.openmagus\/deploy\.json/m);
    if (needs('vercel') === undefined)
      assert.match(content, /^site \(vercel\): this folder\n {2}vercel missing: npm install -g vercel/m);
    const old = await deploy.call('deploy_plan', { target: 'helm', env: 'test' });
    assert.match(old.content, /helm is version 2\.17\.0; helm needs 3\.13 or newer\. Get it: https:/);
    if (needs('flyctl') === undefined) {
      const missing = await deploy.call('deploy_plan', { target: 'fly', env: 'test' });
      assert.match(missing.content, /flyctl, which fly needs, is not on the PATH\. Get it: https:/);
      assert.equal(missing.error?.code, 'NO_PROGRAM');
    }
    assert.match(
      (await deploy.call('deploy_plan', { target: 'shop', env: 'test' })).content,
      /There is no deployment target shop\. There are: site, helm, docker, fly/,
    );
    assert.match(
      (await deploy.call('deploy_plan', { target: 'docker', env: 'test' })).content,
      /not whole: put .* with image into/,
    );
  });

  it('say nothing secret to whoever watches, and are refused one in their words', async () => {
    const secret = `sk-${'a1'.repeat(20)}`;
    await deploy.rig.write({ 'vercel.json': '{}' });
    const answers = [
      [/--version/, '39.1.0'],
      [/whoami/, 'ada'],
      [/deploy/, `uploading with token ${secret}`],
    ] as const;
    await recordingProgram(deploy.bin, 'vercel', answers);
    const applied = await deploy.call('deploy_apply', await deploy.plan('vercel', 'preview'));
    assert.match(applied.content, /uploading with token \[redacted\]/);
    assert.match(applied.live, /uploading with token \[redacted\]/);
    assert.ok(!JSON.stringify([applied.content, applied.live, applied.events]).includes(secret));
    await deploy.rig.write({
      '.openmagus/deploy.json': JSON.stringify({
        targets: { it: { kind: 'gh-workflow', workflow: 'a.yml', ref: secret } },
      }),
    });
    await recordingProgram(deploy.bin, 'gh', [[/./, '2.60.1']]);
    assert.equal((await deploy.call('deploy_plan', { target: 'it', env: 'x' })).error?.code, 'SECRET_IN_COMMAND');
  });
});
