import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type DeployRig, deployRig } from './deploy-rig.ts';
import { deployFileOf, shapes } from './program-shapes.ts';
import { recordingProgram, runsOf } from './recording-program.ts';

describe('a model that goes for a deployment', function () {
  this.timeout(60_000);
  let deploy: DeployRig;
  beforeEach(async () => {
    deploy = await deployRig();
  });
  afterEach(() => deploy.remove());

  for (const kind of ['terraform', 'netlify', 'compose', 'kubectl', 'helm', 'docker'])
    it(`has nothing that the project describes run or fetched by a trial that nobody was asked about (${kind})`, async () => {
      const shape = shapes.find((each) => each.kind === kind);
      assert.ok(shape);
      await recordingProgram(deploy.bin, shape.program, shape.answers);
      await deploy.rig.write({ ...shape.files, ...deployFileOf(shape) });
      const asked = { target: shape.name, env: 'staging' };
      assert.equal((await deploy.call('deploy_plan', asked)).questions.length, 1, 'a new target');
      await deploy.rig.write({
        [shape.file]: `${shape.files[shape.file]}\n# data "external" "x" { program = ["./x"] }`,
      });
      const before = (await runsOf(deploy.bin, shape.program)).length;
      const { ok, questions } = await deploy.call('deploy_plan', asked, { answers: [false] });
      assert.deepEqual([ok, questions.length], [false, 1]);
      assert.equal((await runsOf(deploy.bin, shape.program)).length, before);
    });

  it('swaps no manifest after the plan, wherever it hides it', async () => {
    const kubectl = shapes.find(({ kind }) => kind === 'kubectl');
    assert.ok(kubectl);
    await recordingProgram(deploy.bin, 'kubectl', kubectl.answers);
    await deploy.rig.write({ ...kubectl.files, 'elsewhere/more.yaml': 'kind: One' });
    await deploy.rig.write(deployFileOf(kubectl));
    const folder = path.dirname(kubectl.file);
    await symlink('../elsewhere', path.join(deploy.root, folder, 'linked'));
    for (const file of [`${folder}/node_modules/x.yaml`, `${folder}/.git/x.yaml`, 'elsewhere/more.yaml']) {
      const plan = await deploy.plan(kubectl.name, 'staging');
      await deploy.rig.write({ [file]: 'kind: Another' });
      const { error, content } = await deploy.call('deploy_apply', plan);
      assert.equal(error?.code, 'CHANGED', `${file}: ${content}`);
    }
    assert.deepEqual(
      (await runsOf(deploy.bin, 'kubectl')).filter((run) => kubectl.applies.test(run)),
      [],
    );
  });

  it('deploys nothing that a link brings in from outside the project', async () => {
    const helm = shapes.find(({ kind }) => kind === 'helm');
    assert.ok(helm);
    await recordingProgram(deploy.bin, 'helm', helm.answers);
    await deploy.rig.write({ ...helm.files, ...deployFileOf(helm) });
    await mkdir(path.join(deploy.root, '..', 'keys'));
    await symlink('../../keys', path.join(deploy.root, path.dirname(helm.file), 'keys'));
    const { ok, content } = await deploy.call('deploy_plan', { target: helm.name, env: 'staging' });
    assert.equal(ok, false);
    assert.match(content, /leads out of the project/);
  });

  it('reaches no production by another spelling of its name', async () => {
    const kubectl = shapes.find(({ kind }) => kind === 'kubectl');
    assert.ok(kubectl);
    const server = 'there https://WEB.example.:6443 default';
    await recordingProgram(deploy.bin, 'kubectl', [[/config view/, server], ...kubectl.answers]);
    await deploy.rig.write({ ...kubectl.files, ...deployFileOf(kubectl) });
    const security = path.join(deploy.rig.home, 'security.json');
    const written = JSON.parse(await readFile(security, 'utf8')) as object;
    await writeFile(security, JSON.stringify({ ...written, productionEnvironments: ['web.example'] }));
    await deploy.reopen();
    const plan = await deploy.plan(kubectl.name, 'staging');
    const { questions } = await deploy.call('deploy_apply', plan, { answers: [true, false] });
    assert.equal(questions.length, 2);
  });
});
