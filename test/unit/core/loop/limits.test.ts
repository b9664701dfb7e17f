import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/adapters/system/system.ts';
import { assertWithinLimits, startTimeLimit } from '../../../../src/core/loop/limits.ts';
import { foldEvents } from '../../../../src/core/task/reduce.ts';
import type { TaskState } from '../../../../src/core/task/state.ts';
import type { TaskEvent } from '../../../../src/protocol/task-event.ts';
import type { TaskLimits } from '../../../../src/protocol/task-start.ts';
import { created, logOf, replied } from '../task/logs.ts';

const turn = replied('a', [], { text: 'x', usage: { inputTokens: 50, outputTokens: 10, usd: 0.1 } });

function used(limits: TaskLimits, ...events: readonly TaskEvent[]): TaskState {
  return foldEvents('t', logOf([created({ limits }), ...events]));
}

describe('limits', () => {
  const table: readonly (readonly [string, Partial<TaskLimits>, RegExp])[] = [
    ['TURNS', { maxTurns: 2 }, /limit of 2 turns/],
    ['COST', { maxUsd: 0.2 }, /limit of 0\.2 USD/],
    ['TOKENS', { maxTokens: 120 }, /limit of 120 tokens/],
  ];
  for (const [code, limit, message] of table) {
    it(`of ${code.toLowerCase()} stop a task, which has as much again when it is resumed`, () => {
      const limits = { maxTurns: 100, ...limit };
      assertWithinLimits(used(limits, turn));
      assert.throws(() => assertWithinLimits(used(limits, turn, turn)), { kind: 'limit-reached', code, message });
      assert.throws(() => assertWithinLimits(used(limits, turn, turn)), /Resume it to go on with as much again/);
      const resumed: TaskEvent = { type: 'task-resumed', approve: 'auto', limits };
      assertWithinLimits(used(limits, turn, turn, resumed));
      assertWithinLimits(used(limits, turn, turn, resumed, turn));
      assert.throws(() => assertWithinLimits(used(limits, turn, turn, resumed, turn, turn)), { code });
    });
  }

  it('of time abort with the reason, and not when the task was over before', async () => {
    const limit = startTimeLimit(systemClock, used({ maxTurns: 1, timeoutS: 0.02 }));
    await new Promise((resolve) => limit.signal.addEventListener('abort', resolve));
    assert.equal((limit.signal.reason as { code: string }).code, 'TIME');
    const over = startTimeLimit(systemClock, used({ maxTurns: 1, timeoutS: 0.02 }));
    over.stop();
    await systemClock.sleep(60, new AbortController().signal);
    assert.equal(over.signal.aborted, false);
  });

  it('of a time longer than timers can take do not end a task at once', async () => {
    const limit = startTimeLimit(systemClock, used({ maxTurns: 1, timeoutS: 1e9 }));
    await systemClock.sleep(30, new AbortController().signal);
    assert.equal(limit.signal.aborted, false);
    limit.stop();
  });
});
