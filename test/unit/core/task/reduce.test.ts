import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { foldEvents } from '../../../../src/core/task/reduce.ts';
import type { TaskEvent } from '../../../../src/protocol/task-event.ts';
import {
  anyLog,
  asked,
  began,
  call,
  created,
  ended,
  logOf,
  planned,
  replied,
  stateOf,
  step,
  stepEnded,
} from './logs.ts';

const resumed = { type: 'task-resumed', approve: 'ask', limits: { maxTurns: 7 } } as const;

describe('the fold of a log', () => {
  it('knows no task without a log', () => {
    assert.throws(() => foldEvents('t-1', []), { code: 'NO_TASK', message: /t-1.*openmagus tasks/ });
    assert.throws(() => foldEvents('t-1', logOf([stepEnded('a', 'failed')])), { code: 'NO_TASK' });
  });

  it('is the same whether folded at once or read twice', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const before = JSON.stringify(log);
        assert.deepEqual(foldEvents('t', log), foldEvents('t', log));
        assert.equal(JSON.stringify(log), before);
      }),
      { numRuns: 50 },
    );
  });

  it('sums turns, tokens and cost', () => {
    const state = stateOf(
      replied('a', [], { usage: { inputTokens: 5, outputTokens: 2, usd: 0.25 } }),
      replied('b', [], { usage: { inputTokens: 3, outputTokens: 1 } }),
    );
    assert.deepEqual([state.turns, state.usage], [2, { inputTokens: 8, outputTokens: 3, usd: 0.25 }]);
  });

  it('takes a whole text of the Planner as the answer, and never one that was cut off', () => {
    assert.equal(stateOf(replied('plan', [], { text: 'Yes.' })).answer, 'Yes.');
    assert.equal(stateOf(replied('plan', [], { text: 'Ye', finish: 'length' })).answer, undefined);
    assert.equal(stateOf(replied('a', [], { text: 'Yes.' })).answer, undefined);
  });

  it('replaces what has not been done when a new plan comes', () => {
    const state = stateOf(
      planned(step('a'), step('b'), step('c')),
      { type: 'step-started', stepId: 'a' },
      stepEnded('a', 'verified'),
      { type: 'step-started', stepId: 'b' },
      stepEnded('b', 'failed'),
      { type: 'plan-proposed', plan: { steps: [step('d.2')] }, revision: 2 },
    );
    assert.deepEqual([...state.steps.keys()], ['a', 'd.2']);
    assert.deepEqual(state.plan, { revision: 2, status: 'proposed' });
  });

  it('keeps the rules that a step was given', () => {
    const rules = [{ path: 'src/AGENTS.md', text: 'Be kind.' }];
    const state = stateOf(planned(step('a')), { type: 'step-started', stepId: 'a', rules });
    assert.deepEqual(state.steps.get('a')?.rules, rules);
  });

  it('counts failed checks, but not those whose outcome is unknown', () => {
    const check = call('1-check');
    const unknown = { kind: 'tool-failed', code: 'OUTCOME_UNKNOWN', message: 'x' } as const;
    const state = stateOf(
      planned(step('a')),
      began('a:check', check),
      ended('a:check', check, 'no', false),
      began('a:check', call('2')),
      { ...ended('a:check', call('2'), 'x', false), error: unknown },
      began('a:check', call('3')),
      ended('a:check', call('3'), 'yes'),
    );
    assert.equal(state.steps.get('a')?.failedChecks, 1);
  });

  it('knows which calls wait for a person', () => {
    const one = call('1');
    const waiting = [replied('a', [one]), began('a', one), asked('1')];
    const hash = 'h';
    const answered = { type: 'approval-resolved', callId: '1', allowed: true, by: 'user', hash } as const;
    assert.equal(stateOf(waiting).calls.get('1')?.waiting, true);
    const state = stateOf(waiting, answered);
    assert.equal(state.calls.get('1')?.waiting, false);
    assert.ok(state.granted.has(hash));
    assert.equal(stateOf(waiting, { ...answered, by: 'rule' }).granted.size, 0);
  });

  it('opens an ended task again under new terms, and starts its counters anew', () => {
    const failed = [
      planned(step('a'), step('b')),
      replied('a', [], { text: 'x' }),
      stepEnded('a', 'failed'),
      { type: 'memory-learned', stored: ['e'] } as const,
      { type: 'task-ended', status: 'failed', summary: 'x', usage: { inputTokens: 10, outputTokens: 1 } } as const,
    ].flat();
    const state = stateOf(failed, resumed);
    assert.equal(state.ended, undefined);
    assert.equal(state.learned, false);
    assert.deepEqual([state.start.approve, state.start.limits], ['ask', { maxTurns: 7 }]);
    assert.deepEqual(state.before, { turns: 1, usage: { inputTokens: 10, outputTokens: 1 } });
    assert.equal(state.conversations.get('a')?.former, 1);
    assert.deepEqual(
      [...state.steps.values()].map(({ status }) => status),
      ['running', 'pending'],
    );
  });

  it('asks for a rejected plan again, and carries out a plan of mode plan', () => {
    const proposed: TaskEvent = { type: 'plan-proposed', plan: { steps: [step('a')] }, revision: 1 };
    const rejected = stateOf(proposed, { type: 'plan-resolved', accepted: false, by: 'user' }, resumed);
    assert.equal(rejected.plan?.status, 'proposed');
    const shown = foldEvents('t', logOf([created({ mode: 'plan' }), proposed, resumed]));
    assert.equal(shown.start.mode, 'auto');
  });
});
