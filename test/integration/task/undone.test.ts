import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { undoTask } from '../../../src/core/agents/undo-task.ts';
import { calls, finish, type TaskRig, taskRig } from './task-rig.ts';

const edit = { name: 'edit_file', args: { path: 'kept.txt', edits: [{ old_text: 'second', new_text: '2nd' }] } };
const create = { name: 'write_file', args: { path: 'new.txt', content: 'fresh\n' } };
const before = 'first\r\nsecond\r\n';

describe('a task whose edits the user undoes', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
    await rig.write({ 'kept.txt': before });
  });
  afterEach(() => rig.remove());

  async function undo(taskId: string): Promise<string> {
    const { ports, close } = await rig.open();
    return undoTask(ports, taskId, new AbortController().signal).finally(close);
  }

  it('has its files as they were, and the undoing in its log', async () => {
    const replies = [calls(edit, create), calls(finish())];
    rig.script(() => replies.shift());
    const { taskId, events } = await rig.run({ goal: 'Change', mode: 'act' });
    assert.match(await undo(taskId), /restored kept\.txt.*deleted new\.txt/);
    assert.equal(await rig.text('kept.txt'), before);
    assert.equal(existsSync(path.join(rig.root, 'new.txt')), false);
    const added = (await rig.log(taskId)).slice(events.length).map(({ event }) => event.type);
    assert.deepEqual(added, ['tool-call-started', 'approval-resolved', 'files-changing', 'tool-call-ended']);
  });

  it('is told so when it goes on', async () => {
    const replies = [calls(edit)];
    rig.script(() => replies.shift());
    const { taskId } = await rig.run({ goal: 'Change', mode: 'act', limits: { maxTurns: 1 } });
    await undo(taskId);
    rig.script(() => calls(finish()));
    await rig.resume(taskId);
    assert.match(JSON.stringify(rig.model.requests.at(-1)?.body), /undone the edits/);
  });

  it('is left alone while another process runs it', async () => {
    const { taskId } = await rig.run({ goal: 'Change', mode: 'act' });
    const { ports, close } = await rig.open();
    const lease = await ports.log.acquire(taskId);
    await assert.rejects(undo(taskId), { kind: 'user-input', code: 'LEASED' });
    await lease.release();
    await close();
  });

  it('has a change that somebody else made since refused, and that in its log', async () => {
    const replies = [calls(edit), calls(finish())];
    rig.script(() => replies.shift());
    const { taskId } = await rig.run({ goal: 'Change', mode: 'act' });
    await rig.write({ 'kept.txt': 'mine\n' });
    await assert.rejects(undo(taskId), { code: 'STALE' });
    assert.equal(await rig.text('kept.txt'), 'mine\n');
    const last = (await rig.log(taskId)).at(-1)?.event;
    assert.ok(last?.type === 'tool-call-ended' && !last.ok);
  });
});
