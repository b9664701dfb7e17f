import assert from 'node:assert/strict';
import { auditOf } from '../../../../src/core/security/audit.ts';
import type { LoggedEvent, TaskEvent } from '../../../../src/protocol/task-event.ts';

const decision = { decision: 'ask', rule: 'run-command', reason: 'It runs.', always: false } as const;
const started = (callId: string): TaskEvent => ({
  type: 'tool-call-started',
  conversation: 's',
  callId,
  name: 'run_command',
  title: `Run ${callId}`,
});
const asked = (callId: string): TaskEvent => ({
  type: 'approval-requested',
  callId,
  title: 'x',
  effects: [],
  decision,
  hash: 'h',
});
const logged = (events: readonly TaskEvent[]): readonly LoggedEvent[] =>
  events.map((event, index) => ({ seq: index + 1, at: '2026-01-01T00:00:00.000Z', taskId: 't', event }));

describe('the audit of a task', () => {
  it('has each decision with the answer, whether somebody was asked or not', () => {
    const rows = auditOf(
      logged([
        started('1'),
        {
          type: 'call-decided',
          callId: '1',
          effects: [],
          decision: { ...decision, decision: 'allow' },
          allowed: true,
          hash: 'g',
        },
        started('2'),
        asked('2'),
        { type: 'approval-resolved', callId: '2', allowed: false, by: 'user', hash: 'h' },
        started('3'),
        asked('3'),
      ]),
    );
    assert.deepEqual(
      rows.map(({ title, asked: question, allowed, decision: { decision: said } }) => [title, question, allowed, said]),
      [
        ['Run 1', false, true, 'allow'],
        ['Run 2', true, false, 'ask'],
        ['Run 3', true, undefined, 'ask'],
      ],
    );
  });
});
