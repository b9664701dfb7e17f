import assert from 'node:assert/strict';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { type Asked, type AskOptions, type DeployRig, deployRig, planIn } from './deploy-rig.ts';
import { deployFileOf, type Shape, shapes } from './program-shapes.ts';
import { recordingProgram, runsOf } from './recording-program.ts';

const minute = 60_000;

describe('nothing is applied without its plan, approved, unexpired and unchanged:', function () {
  this.timeout(60_000);
  for (const shape of shapes)
    it(shape.kind, async () => {
      const deploy = await deployRig();
      try {
        await guards(deploy, shape);
      } finally {
        await deploy.remove();
      }
    });
});

describe('what is built for a deployment', () => {
  it('is held to the folders that the program names', async () => {
    const deploy = await deployRig();
    try {
      const compose = shapes.find(({ kind }) => kind === 'compose') as Shape;
      const config = `services:\n  web:\n    build:\n      context: ${deploy.root}/app\n`;
      await recordingProgram(deploy.bin, 'docker', [[/ config$/, config], ...compose.answers]);
      await deploy.rig.write({ ...compose.files, 'app/main.js': 'one' });
      const plan = await deploy.plan('compose', 'staging');
      await deploy.rig.write({ 'app/main.js': 'two' });
      assert.match((await deploy.call('deploy_apply', plan)).content, /the file .*app\/main\.js/);
    } finally {
      await deploy.remove();
    }
  });

  it('that leads out of the project is not taken', async () => {
    const deploy = await deployRig();
    try {
      await recordingProgram(deploy.bin, 'vercel', [
        [/--version/, '39.1.0'],
        [/./, 'ada'],
      ]);
      await mkdir(path.join(deploy.root, '..', 'private'));
      await symlink('../private', path.join(deploy.root, 'site'));
      const targets = {
        site: { kind: 'vercel', source: 'site' },
        gone: { kind: 'vercel', source: 'gone' },
        live: { kind: 'vercel', environment: 'production' },
      };
      await deploy.rig.write({ '.openmagus/deploy.json': JSON.stringify({ targets }) });
      const plan = (target: string) => deploy.call('deploy_plan', { target, env: 'staging' });
      assert.match((await plan('site')).content, /^site leads out of the project, to /);
      assert.match((await plan('live')).content, /^The target live is for production alone/);
      assert.match((await plan('gone')).content, /^gone, which gone deploys, is not there/);
    } finally {
      await deploy.remove();
    }
  });
});

/** One plan, everything that must not apply it, and at last the apply that may. */
async function guards(deploy: DeployRig, shape: Shape): Promise<void> {
  const { bin, rig } = deploy;
  const program = (first: Shape['answers'] = []): Promise<void> =>
    recordingProgram(bin, shape.program, [...first, ...shape.answers]);
  const applied = async (): Promise<number> =>
    (await runsOf(bin, shape.program)).filter((run) => shape.applies.test(run)).length;
  await program();
  await rig.write(shape.files);
  await rig.write(deployFileOf(shape));
  const detected = await deploy.call('deploy_detect', {});
  assert.match(
    detected.content,
    new RegExp(`^${shape.name} \\(${shape.kind}\\): .*\\n {2}${shape.program}[\\w ]* \\d`, 'm'),
  );

  const denied = await deploy.call('deploy_plan', { target: shape.name, env: 'production' }, { answers: [false] });
  assert.equal(denied.ok, false);
  const before = await runsOf(bin, shape.program);
  const planned = await deploy.call('deploy_plan', { target: shape.name, env: 'production' });
  assert.equal(planned.ok, true, planned.content);
  assert.match(planned.content, shape.shows);
  assert.ok((await runsOf(bin, shape.program)).length > before.length, 'the plan asks the program');
  const plan = planIn(planned.content);
  assert.ok(plan);
  const { plan_id, digest } = plan;

  const refused = async (code: string, options: AskOptions = {}, named = plan): Promise<Asked> => {
    const outcome = await deploy.call('deploy_apply', named, options);
    assert.equal(outcome.error?.code, code, outcome.content);
    assert.equal(await applied(), 0, `${code}: it was applied`);
    return outcome;
  };
  await refused('NO_PLAN', {}, { plan_id: 'ab'.repeat(6), digest });
  await refused('WRONG_DIGEST', {}, { plan_id, digest: 'ab'.repeat(32) });
  await refused('OTHER_TASK', { taskId: 'another' });
  await refused('EXPIRED', { now: () => Date.now() + 16 * minute });
  await refused('EXPIRED', { now: () => Date.now() - 1 * minute });
  await refused('REFUSED', { answers: [false] });
  await refused('REFUSED', { answers: [undefined] });
  const second = await refused('REFUSED', { answers: [true, false] });
  assert.equal(second.questions.length, 2, 'production is asked for twice');
  assert.match(second.questions[1]?.title ?? '', /^Second question: production is production\./);
  await refused('REFUSED', { answers: [true, undefined] });

  const was = await readFile(path.join(deploy.root, shape.file), 'utf8');
  await rig.write({ [shape.file]: `${was}\n# changed` });
  const changed = await refused('CHANGED');
  assert.ok(changed.content.includes(`the file ${shape.file}`), changed.content);
  assert.equal(changed.questions.length, 0, 'nobody is asked about a plan that no longer holds');
  await rig.write({ [shape.file]: was });
  await refused('CHANGED', { meanwhile: () => rig.write({ [shape.file]: `${was}\n# while they think` }) });
  await rig.write({
    [shape.file]: was,
    ...deployFileOf(shape, { more: { kind: 'fly', app: 'x' } }),
  });
  await refused('CHANGED');
  await rig.write(deployFileOf(shape));
  process.env['OPENMAGUS_TEST_REGION'] = 'elsewhere';
  process.env['KUBECONFIG'] = '/nowhere';
  const variable = await refused('CHANGED');
  assert.match(variable.content, /the variable KUBECONFIG/);
  delete process.env['KUBECONFIG'];
  delete process.env['OPENMAGUS_TEST_REGION'];
  await program(shape.elsewhere);
  const elsewhere = await refused('CHANGED');
  assert.match(elsewhere.content, /this has changed: the target's .* \(.+ → .+\)/);
  await program();
  let late = 0;
  const later = async (): Promise<void> => {
    late = 16 * minute;
  };
  await refused('EXPIRED', { now: () => Date.now() + late, meanwhile: later });

  // The plan outlives this process; then it is applied once.
  await deploy.reopen();
  const both = await Promise.all([deploy.call('deploy_apply', plan), deploy.call('deploy_apply', plan)]);
  const [outcome, lost] = both.toSorted((one, other) => Number(other.ok) - Number(one.ok));
  assert.ok(outcome?.ok, outcome?.content);
  assert.equal(lost?.error?.code, 'USED', 'the same plan twice at the same time');
  assert.equal(outcome.questions.length, 2);
  assert.match(outcome.questions[0]?.effects[0]?.shown ?? '', shape.shows);
  assert.equal(await applied(), 1);
  assert.equal((await deploy.call('deploy_apply', plan)).error?.code, 'USED');
  assert.equal(await applied(), 1);

  const rollback = await deploy.call('deploy_rollback', { release_id: plan_id });
  if (shape.rollsBack === undefined) assert.equal(rollback.error?.code, 'NO_ROLLBACK');
  else {
    assert.equal(rollback.ok, true, rollback.content);
    assert.ok((await runsOf(bin, shape.program)).some((run) => shape.rollsBack?.test(run)));
  }
}
