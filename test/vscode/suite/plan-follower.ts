import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { PlanFollower } from '../../../src/host/panel/plan-follower.ts';
import type { TaskService } from '../../../src/host/task-service.ts';
import type { LoggedEvent } from '../../../src/protocol/task-event.ts';

const start = { mode: 'auto', approve: 'ask', roots: [], context: [] };

function beginning(taskId: string): LoggedEvent {
  const event = { type: 'task-created', start: { ...start, goal: `Goal of ${taskId}` } };
  return { taskId, seq: 1, at: '2026-11-01T09:00:00.000Z', event } as unknown as LoggedEvent;
}

function proposal(taskId: string, seq: number): LoggedEvent {
  const step = { id: 'one', title: 'One', instructions: 'Do it.', after: [], writes: [] };
  const event = { type: 'plan-proposed', revision: 1, plan: { steps: [step] } };
  return { taskId, seq, at: '2026-11-01T09:00:01.000Z', event } as unknown as LoggedEvent;
}

describe('the plan that is followed', () => {
  const events = new vscode.EventEmitter<LoggedEvent>();
  let shown: string | null = null;
  let read: (taskId: string) => Promise<readonly LoggedEvent[]>;
  let follower: PlanFollower;
  beforeEach(() => {
    shown = 'a';
    read = async (taskId) => [beginning(taskId)];
    const tasks = {
      onEvent: events.event,
      running: () => [],
      tasks: async () => [],
      events: (taskId: string) => read(taskId),
    };
    follower = new PlanFollower(tasks as unknown as TaskService, () => shown);
  });
  afterEach(() => follower.dispose());

  it('is the former one where a log cannot be read, and the next try counts', async () => {
    await follower.choose();
    shown = 'b';
    read = async () => Promise.reject(new Error('locked'));
    await assert.rejects(follower.choose(), /locked/);
    assert.equal(follower.picture()?.taskId, 'a');
    events.fire(proposal('a', 2));
    assert.equal(follower.picture()?.steps.length, 1);
    read = async (taskId) => [beginning(taskId)];
    await follower.choose();
    assert.equal(follower.picture()?.taskId, 'b');
  });

  it('is of the newest choice, whichever log is read first', async () => {
    const logs = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() };
    read = async (taskId) => {
      await logs[taskId as 'a' | 'b'].promise;
      return [beginning(taskId)];
    };
    const first = follower.choose();
    shown = 'b';
    const second = follower.choose();
    logs.b.resolve();
    await second;
    logs.a.resolve();
    await first;
    assert.equal(follower.picture()?.taskId, 'b');
  });

  it('has what happened while its log was read, once', async () => {
    const log = Promise.withResolvers<readonly LoggedEvent[]>();
    read = () => log.promise;
    const chosen = follower.choose();
    await new Promise(setImmediate);
    events.fire(proposal('a', 2));
    log.resolve([beginning('a')]);
    await chosen;
    assert.equal(follower.picture()?.status, 'proposed');
  });
});
