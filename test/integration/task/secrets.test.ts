import assert from 'node:assert/strict';
import { plantedSecrets } from '../../support/planted-secrets.ts';
import { answers, calls, finish, nobody, proposal, type TaskRig, taskRig, turns, yes } from './task-rig.ts';

const all = plantedSecrets.map(({ text }) => text).join('\n\n');
const command = (text: string) => ({ name: 'run_command', args: { command: text } });

describe('secrets that a person or a model wrote', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());
  const assertNowhere = async (taskId: string) => {
    const { ports, close } = await rig.open();
    const remembered = await ports.memory.store.list({ limit: 100 });
    const listed = await ports.log.tasks({});
    await close();
    const everything = JSON.stringify([await rig.log(taskId), remembered, listed, rig.model.requests]);
    for (const { name, secret } of plantedSecrets)
      assert.ok(!everything.includes(JSON.stringify(secret).slice(1, -1)), name);
  };

  it('are in no log, memory or prompt when they stand in the goal or an attachment, and the person is told', async () => {
    rig.script(turns('edit_file', [calls(finish())]));
    const { taskId, of } = await rig.run({
      goal: `Use these.\n${all}`,
      mode: 'act',
      context: [{ kind: 'terminal', label: 'Terminal', text: all }],
    });
    assert.match(of('task-created')[0]?.start.goal ?? '', /^Use these.*\[redacted\]/s);
    assert.match(of('warning')[0]?.message ?? '', /secret was taken out of the goal/);
    await assertNowhere(taskId);
  });

  it('are carried out as the model wrote them, and are in the log neither as arguments nor as titles', async () => {
    rig.script(
      turns('edit_file', [
        { text: all, calls: [{ name: 'write_file', args: { path: 'made.txt', content: all } }] },
        calls(command(`printf %s '${plantedSecrets[0]?.secret}' > by-command.txt`)),
        calls(finish(all)),
      ]),
    );
    const { taskId, of } = await rig.run({ goal: 'Write them down.', mode: 'act' }, { people: yes });
    assert.equal(await rig.text('made.txt'), all);
    assert.equal(await rig.text('by-command.txt'), plantedSecrets[0]?.secret);
    for (const { calls: made } of of('model-replied')) for (const { arguments: text } of made) JSON.parse(text);
    await assertNowhere(taskId);
  });

  it('are in no plan, and a check that holds one is not run in another form', async () => {
    const check = `test ${plantedSecrets[0]?.secret} = x || touch ran.txt`;
    rig.script((request) =>
      request.tools.includes('propose_plan')
        ? calls(proposal({ id: 'one', instructions: all.slice(0, 5000), check }))
        : request.tools.includes('edit_file')
          ? calls(finish())
          : undefined,
    );
    const { taskId, state } = await rig.run({ goal: 'Plan it.' });
    assert.equal(state.ended?.status, 'unverified');
    assert.match(state.ended?.summary ?? '', /Not checked: .*held a secret/);
    await assert.rejects(rig.text('ran.txt'));
    await assertNowhere(taskId);
  });

  it('make a call that waited for a person impossible after the session, and it is not made otherwise', async () => {
    const secretly = command(`echo ${plantedSecrets[0]?.secret} > made.txt`);
    rig.script(turns('edit_file', [calls(secretly)]));
    const { taskId, of } = await rig.run({ goal: 'Write it.', mode: 'act', approve: 'ask' }, { people: nobody });
    assert.equal(of('approval-requested').length, 1);
    rig.script(turns('edit_file', [calls(finish())]));
    const resumed = await rig.resume(taskId, { people: yes, approve: 'ask' });
    assert.equal(resumed.of('tool-call-ended')[0]?.error?.code, 'SECRET_NOT_KEPT');
    assert.match(
      answers(rig.model.requests.at(-1))[0] ?? '',
      /Make it again, with the secret from an environment variable/,
    );
    await assert.rejects(rig.text('made.txt'));
    await assertNowhere(taskId);
  });
});
