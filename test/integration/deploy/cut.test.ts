import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { buildExtension, projectFolder } from '../../support/extension-package.ts';
import { until } from '../../support/until.ts';
import { type DeployRig, deployRig, planIn } from './deploy-rig.ts';
import { type Shape, shapes } from './program-shapes.ts';
import { recordingProgram, runsOf } from './recording-program.ts';

const kubectl = shapes.find(({ kind }) => kind === 'kubectl') as Shape;

describe('a deployment that is cut in the middle', function () {
  this.timeout(60_000);
  let deploy: DeployRig;
  before(async function () {
    this.timeout(120_000);
    await buildExtension();
  });
  beforeEach(async () => {
    deploy = await deployRig();
    await deploy.rig.write(kubectl.files);
    await recordingProgram(deploy.bin, 'kubectl', [
      [/^apply -R/, 'deployment.apps/web configured', 'hang'],
      ...kubectl.answers,
    ]);
  });
  afterEach(() => deploy.remove());

  const applying = (): Promise<void> =>
    until(async () => (await runsOf(deploy.bin, 'kubectl')).some((run) => kubectl.applies.test(run)));
  const works = (): Promise<void> => recordingProgram(deploy.bin, 'kubectl', kubectl.answers);

  it('by a cancellation is known to have begun, is not applied again and can be brought back', async () => {
    const plan = await deploy.plan('kubectl', 'staging');
    const stop = new AbortController();
    const apply = deploy.call('deploy_apply', plan, { signal: stop.signal });
    const cancelled = assert.rejects(apply, /[Cc]ancelled/);
    await applying();
    const during = await deploy.call('deploy_status', {});
    assert.match(during.content, /is under way/);
    const another = await deploy.call('deploy_apply', await deploy.plan('kubectl', 'staging'));
    assert.equal(another.error?.code, 'BUSY');
    stop.abort();
    await cancelled;
    const status = await deploy.call('deploy_status', { release_id: plan.plan_id });
    assert.match(
      status.content,
      /outcome-unknown, .*\n.*cut off: what it did is not known\n {2}way back: deploy_rollback/,
    );
    assert.equal((await deploy.call('deploy_apply', plan)).error?.code, 'USED');
    await works();
    assert.match((await deploy.call('deploy_rollback', { release_id: plan.plan_id })).content, /: rolled-back\n/);
  });

  it('by the end of its process is found, with what still runs of it, by the next one', async () => {
    const cli = commandLine(deploy);
    const planned = await cli.ask('deploy_plan', { target: 'kubectl', env: 'staging' });
    const plan = planIn(planned);
    void cli.ask('deploy_apply', plan);
    await applying();
    cli.child.kill('SIGKILL');
    await new Promise((resolve) => cli.child.once('exit', resolve));
    const status = await deploy.call('deploy_status', {});
    const [, pid] = /still runs as process (\d+)/.exec(status.content) ?? [];
    assert.ok(pid, status.content);
    const busy = await deploy.call('deploy_rollback', { release_id: plan?.plan_id });
    assert.equal(busy.error?.code, 'BUSY');
    process.kill(-Number(pid), 'SIGKILL');
    await until(async () => !/still runs/.test((await deploy.call('deploy_status', {})).content));
    const dead = await deploy.call('deploy_status', {});
    assert.match(dead.content, /started, outcome unknown: the session ended when command 1 of 1 was begun/);
    assert.equal((await deploy.call('deploy_apply', plan, { taskId: 'batch' })).error?.code, 'USED');
    await works();
    const back = await deploy.call('deploy_rollback', { release_id: plan?.plan_id });
    assert.match(back.content, /: rolled-back\n/);
    assert.ok((await runsOf(deploy.bin, 'kubectl')).includes('rollout undo deployment.apps/web'));
  });

  it('by a command that fails says which, and can be brought back', async () => {
    await recordingProgram(deploy.bin, 'kubectl', [[/^apply -R/, 'error: forbidden', 1], ...kubectl.answers]);
    const plan = await deploy.plan('kubectl', 'staging');
    const applied = await deploy.call('deploy_apply', plan);
    assert.equal(applied.error?.code, 'FAILED');
    assert.match(
      applied.content,
      /: failed\ncommand 1 of 1 ended with exit code 1\nThe way back: deploy_rollback .*[\s\S]*error: forbidden/,
    );
    await recordingProgram(deploy.bin, 'kubectl', [[/^rollout undo/, 'error: not now', 1], ...kubectl.answers]);
    const rollback = (): ReturnType<typeof deploy.call> => deploy.call('deploy_rollback', { release_id: plan.plan_id });
    assert.equal((await rollback()).error?.code, 'ROLLBACK_FAILED');
    await works();
    assert.match((await rollback()).content, /: rolled-back/);
  });

  it('is not begun for production where nobody can be asked twice', async () => {
    const cli = commandLine(deploy);
    const planned = await cli.ask('deploy_plan', { target: 'kubectl', env: 'prod' });
    const plan = planIn(planned);
    assert.match(await cli.ask('deploy_apply', plan), /asked for twice, and the second answer was not yes/);
    assert.ok(!(await runsOf(deploy.bin, 'kubectl')).some((run) => kubectl.applies.test(run)));
    cli.child.stdin.end();
    await new Promise((resolve) => cli.child.once('exit', resolve));
  });
});

/** Calls by the real command line, each allowed once. */
function commandLine(deploy: DeployRig): {
  readonly child: ChildProcessWithoutNullStreams;
  ask(tool: string, input: unknown): Promise<string>;
} {
  const words = [path.join(projectFolder, 'dist', 'cli.js'), 'tool', '--batch', '--workspace', deploy.root];
  const child = spawn(process.execPath, words, {
    env: { ...process.env, OPENMAGUS_HOME: deploy.rig.home, NODE_OPTIONS: '' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    ask: async (tool, input) => {
      child.stdin.write(`${JSON.stringify({ tool, input, approve: 'yes' })}\n`);
      const { value } = await lines.next();
      return value === undefined ? '' : (JSON.parse(value as string) as { content: string }).content;
    },
  };
}
