import assert from 'node:assert/strict';
import { type Action, nextAction } from '../../../../src/core/agents/next-action.ts';
import { foldEvents } from '../../../../src/core/task/reduce.ts';
import type { TaskEvent } from '../../../../src/protocol/task-event.ts';
import type { TaskStart } from '../../../../src/protocol/task-start.ts';
import { created, logOf, planned, recalled, replied, step, stepEnded } from '../task/logs.ts';

const usage = { inputTokens: 0, outputTokens: 0 };
const learned: TaskEvent = { type: 'memory-learned', stored: [] };
const proposed: TaskEvent = { type: 'plan-proposed', plan: { steps: [step('a')] }, revision: 1 };

function judged(
  start: Partial<TaskStart>,
  ...events: readonly (TaskEvent | readonly TaskEvent[])[]
): Action | undefined {
  return nextAction(foldEvents('t', logOf([created(start), ...events.flat()])));
}

describe("the Coordinator's judgement", () => {
  const table: readonly (readonly [
    string,
    Partial<TaskStart>,
    readonly (TaskEvent | readonly TaskEvent[])[],
    unknown,
  ])[] = [
    ['a new task is recalled first', {}, [], { type: 'recall' }],
    ['then planned', {}, [recalled], { type: 'plan', failures: [] }],
    ['or not, in mode act', { mode: 'act' }, [recalled], { type: 'plan-trivially' }],
    ['a proposed plan is resolved', {}, [recalled, proposed], { type: 'resolve-plan' }],
    [
      'in mode plan it is the end',
      { mode: 'plan' },
      [recalled, proposed],
      { type: 'end', status: 'unverified', summary: 'The plan is ready.' },
    ],
    [
      'a rejected plan ends the task',
      {},
      [recalled, proposed, { type: 'plan-resolved', accepted: false, by: 'user' }],
      { type: 'end', status: 'cancelled', summary: 'The plan was rejected.' },
    ],
    [
      'an accepted plan runs its ready steps',
      {},
      [recalled, planned(step('a'), step('b'))],
      { type: 'run-steps', steps: [step('a')] },
    ],
    ['an answer is remembered', {}, [recalled, replied('plan', [], { text: '42' })], { type: 'learn' }],
    [
      'and then given',
      {},
      [recalled, replied('plan', [], { text: '42' }), learned],
      { type: 'end', status: 'unverified', summary: '42' },
    ],
    [
      'without memory it is given at once',
      { memory: false },
      [recalled, replied('plan', [], { text: '42' })],
      { type: 'end', status: 'unverified', summary: '42' },
    ],
    [
      'in an untrusted workspace, too',
      { trusted: false },
      [recalled, replied('plan', [], { text: '42' })],
      { type: 'end', status: 'unverified', summary: '42' },
    ],
    [
      'steps that all passed their checks verify the task',
      {},
      [
        recalled,
        planned(step('a'), step('b')),
        stepEnded('a', 'verified', 'A.'),
        stepEnded('b', 'verified', 'B.'),
        learned,
      ],
      { type: 'end', status: 'verified', summary: 'A.\nB.' },
    ],
    [
      'one that could not be checked leaves it unverified',
      {},
      [
        recalled,
        planned(step('a'), step('b')),
        stepEnded('a', 'verified', 'A.'),
        stepEnded('b', 'unverified'),
        learned,
      ],
      { type: 'end', status: 'unverified', summary: 'A.' },
    ],
    [
      'a failed step is planned around',
      {},
      [recalled, planned(step('a')), stepEnded('a', 'failed', 'No.')],
      { type: 'plan', failures: ['a: No.'] },
    ],
    [
      'but not in mode act',
      { mode: 'act' },
      [recalled, planned(step('a')), stepEnded('a', 'failed', 'No.'), learned],
      { type: 'end', status: 'failed', summary: 'a: No.' },
    ],
    [
      'an ended task needs nothing',
      {},
      [recalled, { type: 'task-ended', status: 'failed', summary: '', usage }],
      undefined,
    ],
  ];
  for (const [what, start, events, expected] of table) {
    it(what, () => assert.deepEqual(judged(start, ...events), expected));
  }

  it('replans three times and then says that it failed', () => {
    const events: TaskEvent[] = [recalled];
    for (let revision = 1; revision <= 4; revision += 1) {
      const id = `a.${revision}`;
      events.push(
        { type: 'plan-proposed', plan: { steps: [step(id)] }, revision },
        { type: 'plan-resolved', accepted: true, by: 'rule' },
        stepEnded(id, 'failed', 'No.'),
      );
      assert.equal(judged({}, events)?.type, revision <= 3 ? 'plan' : 'learn', `revision ${revision}`);
    }
    assert.deepEqual(judged({}, events, learned), { type: 'end', status: 'failed', summary: 'a.4: No.' });
  });

  it('takes the words of a Planner that sees no other way as the failure they are', () => {
    const events = [
      recalled,
      planned(step('a')),
      stepEnded('a', 'failed', 'No.'),
      replied('plan', [], { text: 'It cannot be done.' }),
      learned,
    ];
    assert.deepEqual(judged({}, ...events), { type: 'end', status: 'failed', summary: 'It cannot be done.' });
  });

  it('runs what is left after a failed step only once a new plan says so', () => {
    const events = [
      recalled,
      planned(step('a', { writes: ['a'] }), step('b', { writes: ['b'] })),
      stepEnded('a', 'failed', 'No.'),
    ];
    assert.equal(judged({}, ...events)?.type, 'plan');
  });
});
