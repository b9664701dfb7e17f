import assert from 'node:assert/strict';
import type { PlanStep } from '../../../src/protocol/plan.ts';
import type { TaskEvent } from '../../../src/protocol/task-event.ts';
import type { ChatItem } from '../../../src/webview/chat-items.ts';
import { emptyPicture, foldEvent, type TaskPicture } from '../../../src/webview/fold-events.ts';

const usage = { inputTokens: 100, outputTokens: 20 };
const step = (id: string): PlanStep => ({
  id,
  title: `Step ${id}`,
  instructions: '',
  after: [],
  writes: [],
  doneWhen: '',
});
const replied = (calls: { id: string; name: string; arguments: string }[], text = ''): TaskEvent => ({
  type: 'model-replied',
  conversation: 'one',
  text,
  calls,
  finish: 'stop',
  model: 'm',
  usage,
});
const stepEnded = (stepId: string, summary: string): TaskEvent => ({
  type: 'step-ended',
  stepId,
  status: 'verified',
  summary,
  evidence: '',
});
const taskEnded = (status: 'verified' | 'unverified', summary: string): TaskEvent => ({
  type: 'task-ended',
  status,
  summary,
  usage,
});
const planned: Extract<TaskEvent, { type: 'plan-proposed' }> = {
  type: 'plan-proposed',
  plan: { steps: [step('a'), step('b')] },
  revision: 1,
};

describe('what the chat shows of a task', () => {
  it('says with a plan how often the workflow it takes up has worked', () => {
    const record = 'worked 7 of 8 times, last on 2026-11-17';
    const recordOf = (event: TaskEvent) => {
      const shown = folded(event).plan?.value;
      return shown?.kind === 'plan' ? shown.record : 'no plan';
    };
    assert.equal(recordOf({ ...planned, basedOn: { id: 'wo-1', record } }), record);
    assert.equal(recordOf(planned), undefined);
  });

  it('follows a call from its request over the approval to its end in one item', () => {
    const effects = [{ verb: 'write', object: '/w/x', zone: 'workspace' }] as const;
    const decision = { decision: 'ask', rule: 'r', reason: 'It writes.', always: false } as const;
    const picture = folded(
      replied([{ id: 'c1', name: 'write_file', arguments: '{"path":"x"}' }]),
      { type: 'tool-call-started', conversation: 'one', callId: 'c1', name: 'write_file', title: 'Write x' },
      { type: 'approval-requested', callId: 'c1', title: 'Write x', effects, decision, hash: 'h' },
    );
    assert.equal(picture.figures.value.activity, 'Waiting for you');
    const resolved = { callId: 'c1', allowed: true, by: 'user', hash: 'h' } as const;
    foldEvent(picture, { type: 'approval-resolved', ...resolved }, '2030-01-01T00:01:00.000Z');
    const changes = [{ path: '/w/x', before: null, after: 'h' }];
    const end = { conversation: 'one', callId: 'c1', ok: true, content: 'Written.', durationMs: 60_007, changes };
    foldEvent(picture, { type: 'tool-call-ended', ...end }, '2030-01-01T00:01:00.007Z');
    const [tool, ...others] = items(picture);
    assert.deepEqual(others, []);
    assert.ok(tool?.kind === 'tool');
    assert.deepEqual([tool.title, tool.approval?.allowed, tool.ended?.paths], ['Write x', true, ['/w/x']]);
    assert.equal(tool.ended?.durationMs, 7, 'the minute that the person took is not the time of the call');
    assert.equal(picture.figures.value.changedFiles, true);
  });

  it('says once what the steps have said already', () => {
    const picture = folded(
      planned,
      stepEnded('a', 'First.'),
      stepEnded('b', 'Second.'),
      taskEnded('verified', 'First.\nSecond.'),
    );
    assert.equal(end(picture)?.summary, '');
    const other = folded(planned, stepEnded('a', 'First.'), taskEnded('verified', 'First.\nAnd something new.'));
    assert.equal(end(other)?.summary, 'First.\nAnd something new.');
  });

  it('tells an answer from work that could not be checked', () => {
    assert.equal(end(folded(replied([], 'Seven.'), taskEnded('unverified', 'Seven.')))?.answered, true);
    assert.equal(end(folded(planned, taskEnded('unverified', 'Done.')))?.answered, false);
  });

  it('shows no plan of one step that is the task itself, and no calls that only steer', () => {
    const picture = folded(
      { type: 'plan-proposed', plan: { steps: [step('task')] }, revision: 1 },
      replied([{ id: 'c1', name: 'finish_step', arguments: '{}' }]),
      { type: 'tool-call-started', conversation: 'task', callId: 'c1', name: 'finish_step', title: 'Finish the step' },
    );
    assert.deepEqual(items(picture), []);
  });

  it('keeps the answer of a question with it, also of one that the harness asks', () => {
    const picture = folded(
      { type: 'tool-call-started', conversation: 'harness', callId: 'q', name: 'ask_user', title: 'Ask' },
      { type: 'question-asked', callId: 'q', question: 'Which?', choices: ['A'] },
      { type: 'tool-call-ended', conversation: 'one', callId: 'q', ok: true, content: 'A', durationMs: 0 },
    );
    assert.deepEqual(items(picture), [
      { kind: 'question', callId: 'q', question: 'Which?', choices: ['A'], answer: 'A' },
    ]);
  });

  it('adds up tokens and passes over words of a newer version', () => {
    const picture = folded(replied([]), { type: 'word-of-tomorrow' } as unknown as TaskEvent, replied([]));
    assert.deepEqual([picture.figures.value.inputTokens, picture.figures.value.outputTokens], [200, 40]);
  });
});

function folded(...events: readonly TaskEvent[]): TaskPicture {
  const picture = emptyPicture();
  for (const event of events) foldEvent(picture, event);
  return picture;
}

function items(picture: TaskPicture): readonly ChatItem[] {
  return picture.items.map(({ value }) => value);
}

function end(picture: TaskPicture): Extract<ChatItem, { kind: 'end' }> | undefined {
  return items(picture).find((item) => item.kind === 'end');
}
