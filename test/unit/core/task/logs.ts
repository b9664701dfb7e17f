import * as fc from 'fast-check';
import { foldEvents } from '../../../../src/core/task/reduce.ts';
import type { TaskState } from '../../../../src/core/task/state.ts';
import type { PlanStep } from '../../../../src/protocol/plan.ts';
import type { LoggedEvent, RecordedCall, TaskEvent } from '../../../../src/protocol/task-event.ts';
import type { TaskStart } from '../../../../src/protocol/task-start.ts';

export function created(start: Partial<TaskStart> = {}): TaskEvent {
  const usual: TaskStart = {
    goal: 'Mend it.',
    mode: 'auto',
    approve: 'auto',
    roots: ['/work'],
    trusted: true,
    memory: true,
    lessons: false,
    limits: { maxTurns: 100 },
    context: [],
  };
  return { type: 'task-created', start: { ...usual, ...start } };
}

export const recalled: TaskEvent = { type: 'memory-recalled', hits: [], rules: [] };

export function step(id: string, more: Partial<PlanStep> = {}): PlanStep {
  return { id, title: id, instructions: `Do ${id}.`, after: [], writes: [], doneWhen: '', ...more };
}

export function planned(...steps: readonly PlanStep[]): readonly TaskEvent[] {
  return [
    { type: 'plan-proposed', plan: { steps: [...steps] }, revision: 1 },
    { type: 'plan-resolved', accepted: true, by: 'rule' },
  ];
}

export function replied(
  conversation: string,
  calls: readonly RecordedCall[],
  more: Partial<Extract<TaskEvent, { type: 'model-replied' }>> = {},
): TaskEvent {
  const usage = { inputTokens: 10, outputTokens: 1 };
  const finish = calls.length > 0 ? 'tool-calls' : 'stop';
  return { type: 'model-replied', conversation, text: '', calls, finish, model: 'm', usage, ...more };
}

export function call(id: string, name = 'read_file', input = '{}'): RecordedCall {
  return { id, name, arguments: input };
}

export function began(conversation: string, { id, name }: RecordedCall): TaskEvent {
  return { type: 'tool-call-started', conversation, callId: id, name, title: name };
}

export function ended(
  conversation: string,
  { id }: RecordedCall,
  content = 'ok',
  ok = true,
): Extract<TaskEvent, { type: 'tool-call-ended' }> {
  return { type: 'tool-call-ended', conversation, callId: id, ok, content, durationMs: 1 };
}

export function stepEnded(stepId: string, status: 'verified' | 'unverified' | 'failed', summary = ''): TaskEvent {
  return { type: 'step-ended', stepId, status, summary, evidence: '' };
}

export function logOf(events: readonly TaskEvent[]): readonly LoggedEvent[] {
  return events.map((event, index) => ({ seq: index + 1, at: '2026-01-02T03:04:05.000Z', taskId: 't', event }));
}

export function stateOf(...events: readonly (TaskEvent | readonly TaskEvent[])[]): TaskState {
  return foldEvents('t', logOf([created(), ...events.flat()]));
}

/** Logs as a harness may leave them, cut anywhere: replies, calls begun and ended in any order, notes, compactions, resumptions. */
export const anyLog: fc.Arbitrary<readonly LoggedEvent[]> = fc
  .array(
    fc.record({
      act: fc.constantFrom('reply', 'reply', 'begin', 'end', 'end', 'note', 'compact', 'resume', 'ask', 'blind'),
      conversation: fc.constantFrom('plan', 'a', 'b'),
      text: fc.constantFrom('', 'some words', 'x'.repeat(3000)),
      count: fc.nat(4),
      whole: fc.boolean(),
      pick: fc.nat(1000),
    }),
    { maxLength: 80, size: 'max' },
  )
  .map((acts) => logOf(playActs(acts)));

interface Act {
  readonly act: string;
  readonly conversation: string;
  readonly text: string;
  readonly count: number;
  readonly whole: boolean;
  readonly pick: number;
}

function playActs(acts: readonly Act[]): readonly TaskEvent[] {
  const events: TaskEvent[] = [created(), recalled, ...planned(step('a'), step('b'))];
  const turns = new Map<string, number>();
  const dropped = new Map<string, number>();
  const open: { readonly conversation: string; readonly call: RecordedCall; begun: boolean }[] = [];
  const addTurn = (conversation: string): number => {
    turns.set(conversation, (turns.get(conversation) ?? 0) + 1);
    return turns.get(conversation) ?? 0;
  };
  for (const { act, conversation, text, count, whole, pick } of acts) {
    const target = open[pick % Math.max(open.length, 1)];
    if (act === 'reply') {
      const turn = addTurn(conversation);
      const calls = Array.from({ length: count }, (_, index) => call(`${conversation}_${turn}_${index}`));
      open.push(...calls.map((made) => ({ conversation, call: made, begun: false })));
      events.push(replied(conversation, calls, { text, ...(whole ? {} : { finish: 'cut' }) }));
    } else if (act === 'note') {
      addTurn(conversation);
      events.push({ type: 'note-added', conversation, text: `note ${text}`, by: 'harness' });
    } else if (act === 'compact') {
      const most = turns.get(conversation) ?? 0;
      const droppedTurns = Math.max(dropped.get(conversation) ?? 0, Math.min(pick % 8, most));
      dropped.set(conversation, droppedTurns);
      const cut = whole ? {} : { longestAnswer: 200 };
      events.push({ type: 'context-compacted', conversation, droppedTurns, digest: 'what happened', ...cut });
    } else if (act === 'blind') {
      events.push({ type: 'images-left-out', conversation });
    } else if (act === 'resume') {
      events.push({ type: 'task-resumed', approve: 'auto', limits: { maxTurns: 10 } });
    } else if (target && act === 'begin' && !target.begun) {
      target.begun = true;
      events.push(began(target.conversation, target.call));
    } else if (target?.begun && act === 'ask') {
      events.push(asked(target.call.id));
    } else if (target?.begun && act === 'end') {
      open.splice(open.indexOf(target), 1);
      const images = count === 4 ? { images: ['data:image/png;base64,AAAA'] } : {};
      events.push({ ...ended(target.conversation, target.call, text || 'ok', whole), ...images });
    }
  }
  return events;
}

export function asked(callId: string): TaskEvent {
  const decision = { decision: 'ask', rule: 'run-command', reason: 'It runs.', always: false } as const;
  return { type: 'approval-requested', callId, title: 'x', effects: [], decision, hash: 'h' };
}
