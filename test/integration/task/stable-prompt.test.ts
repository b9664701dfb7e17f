import assert from 'node:assert/strict';
import { runTask } from '../../../src/core/agents/coordinator.ts';
import { createTask } from '../../../src/core/agents/start-task.ts';
import type { Ports } from '../../../src/core/ports.ts';
import { memoryRecord } from '../../contract/memory-keeper.ts';
import { calls, finish, type TaskRig, taskRig } from './task-rig.ts';

const turns = 30;

describe('the prompt of a task of thirty turns', () => {
  let rig: TaskRig;
  beforeEach(async () => {
    rig = await taskRig();
  });
  afterEach(() => rig.remove());

  /** Share of each request's bytes that stand unchanged at the beginning of the next one, tools first. */
  const leastShare = (): number => {
    const sent = rig.model.requests.map(
      ({ body }) => `${JSON.stringify(body.tools)}${JSON.stringify(body.messages).slice(0, -1)}`,
    );
    return Math.min(
      ...sent.slice(1).map((after, index) => {
        const before = sent[index] ?? '';
        let same = 0;
        while (same < before.length && before[same] === after[same]) same += 1;
        return same / before.length;
      }),
    );
  };

  it('keeps its beginning, whatever changes between the turns: a tool, the clock, the open editor, the memory', async () => {
    await rig.write({ 'a.txt': 'some words to read\n'.repeat(20) });
    let turn = 0;
    const { ports, close } = await rig.open();
    const remembered: Promise<void>[] = [];
    rig.script(() => {
      turn += 1;
      const record = memoryRecord('fact', `fact-${turn}`, `Read fact ${turn}`, 'Some words to read', rig.root);
      remembered.push(
        ports.memory.store.put([{ ...record, namespace: ports.memory.namespace }], new AbortController().signal),
      );
      return turn < turns
        ? calls({ name: 'read_file', args: { path: 'a.txt', start_line: turn % 20 || 1 } })
        : calls(finish());
    });
    const changing: Ports = {
      ...ports,
      clock: { ...ports.clock, now: () => ports.clock.now() + turn * 3_600_000 },
      editor: {
        unsaved: () => (turn % 2 === 0 ? [] : [`${rig.root}/b.txt`]),
        diagnostics: () => [{ path: 'a.txt', line: turn, severity: 'error', message: `at ${turn}`, source: 'test' }],
      },
      get tools() {
        return ports.tools.map((tool) =>
          tool.name === 'list_files' ? { ...tool, description: `Turn ${turn}` } : tool,
        );
      },
    };
    const start = { goal: 'Read', mode: 'act', approve: 'auto', limits: { maxTurns: 100 }, roots: [rig.root] } as const;
    const taskId = await createTask(changing, { ...start, roots: [...start.roots] });
    const state = await runTask(changing, taskId, new AbortController().signal);
    assert.equal(state.ended?.status, 'unverified');
    await Promise.all(remembered);
    assert.equal(rig.model.requests.length, turns);
    assert.ok(leastShare() >= 0.97, `${leastShare()}`);
    const events = (await ports.log.read(taskId)).map(({ event }) => event);
    assert.ok(events.every((event) => event.type !== 'model-replied' || event.prefixBroken === undefined));
    await close();
  });
});
