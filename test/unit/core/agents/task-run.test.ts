import assert from 'node:assert/strict';
import { openRun } from '../../../../src/core/agents/task-run.ts';
import type { Ports } from '../../../../src/core/ports.ts';
import type { LoggedEvent, TaskEvent } from '../../../../src/protocol/task-event.ts';
import { taskStartSchema } from '../../../../src/protocol/task-start.ts';

const created: TaskEvent = {
  type: 'task-created',
  start: taskStartSchema.parse({ goal: 'g', roots: ['/w'], limits: {} }),
};
const warning = (message: string): TaskEvent => ({ type: 'warning', message });
const learned: TaskEvent = { type: 'memory-learned', stored: [] };

/** A log whose writes are answered one at a time, by hand. */
function slowLog() {
  const writes: { readonly events: readonly TaskEvent[]; readonly answer: PromiseWithResolvers<void> }[] = [];
  const log = {
    read: async (): Promise<readonly LoggedEvent[]> => [{ seq: 1, at: '', taskId: 't', event: created }],
    append: (_taskId: string, events: readonly TaskEvent[]) => {
      const answer = Promise.withResolvers<void>();
      writes.push({ events, answer });
      return answer.promise;
    },
  };
  return {
    writes,
    ports: {
      log,
      clock: { now: () => 0 },
      secrets: () => [],
      files: { facts: async (real: string) => ({ real }), read: async () => Promise.reject(new Error('none')) },
    } as unknown as Ports,
  };
}

describe('the run of a task', () => {
  it('changes its state at once and answers when the event is on disk', async () => {
    const { writes, ports } = slowLog();
    const run = await openRun(ports, 't');
    let onDisk = false;
    const emitted = run.emit(learned).then(() => {
      onDisk = true;
    });
    assert.equal(run.state.learned, true);
    await tick();
    assert.equal(onDisk, false);
    writes[0]?.answer.resolve();
    await emitted;
    assert.equal(onDisk, true);
  });

  it('writes in order and shares one write among what came meanwhile', async () => {
    const { writes, ports } = slowLog();
    const run = await openRun(ports, 't');
    run.queue(warning('0'));
    await tick();
    assert.equal(writes.length, 0);
    void run.emit(warning('1'));
    await tick();
    void run.emit(warning('2'));
    const third = run.emit(warning('3'));
    writes[0]?.answer.resolve();
    await tick();
    writes[1]?.answer.resolve();
    await third;
    assert.deepEqual(
      writes.map(({ events }) => events.map((event) => (event.type === 'warning' ? event.message : ''))),
      [
        ['0', '1'],
        ['2', '3'],
      ],
    );
  });

  it('writes nothing more once a write has failed, so that the log has no hole', async () => {
    const { writes, ports } = slowLog();
    const run = await openRun(ports, 't');
    void run.emit(warning('1'));
    await tick();
    writes[0]?.answer.reject(new Error('full'));
    await assert.rejects(run.emit(warning('2')), /full/);
    await assert.rejects(run.emit(warning('3')), /full/);
    assert.equal(writes.length, 1);
  });
});

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
