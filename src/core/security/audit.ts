import type { Decision, Effect } from '../../protocol/effects.ts';
import type { LoggedEvent } from '../../protocol/task-event.ts';

/** One decision about one call, as the log of its task has it. */
export interface AuditRow {
  readonly taskId: string;
  readonly at: string;
  readonly callId: string;
  readonly tool: string;
  readonly title: string;
  readonly effects: readonly Effect[];
  readonly decision: Decision;
  readonly hash: string;
  /** A person was asked. */
  readonly asked: boolean;
  /** Absent while nobody has answered. */
  readonly allowed?: boolean;
}

/** Every decision of a task, in order. */
export function auditOf(events: readonly LoggedEvent[]): readonly AuditRow[] {
  const calls = new Map<string, { readonly name: string; readonly title: string }>();
  const rows: AuditRow[] = [];
  for (const { taskId, at, event } of events) {
    if (event.type === 'tool-call-started') calls.set(event.callId, event);
    if (event.type === 'approval-requested' || event.type === 'call-decided') {
      const { callId, effects, decision, hash } = event;
      const { name: tool = '', title = '' } = calls.get(callId) ?? {};
      const asked = event.type === 'approval-requested';
      rows.push({
        taskId,
        at,
        callId,
        tool,
        title,
        effects,
        decision,
        hash,
        asked,
        ...(asked ? {} : { allowed: event.allowed }),
      });
    }
    if (event.type !== 'approval-resolved') continue;
    const index = rows.findLastIndex(({ callId, asked }) => asked && callId === event.callId);
    const row = rows[index];
    if (row) rows[index] = { ...row, allowed: event.allowed };
  }
  return rows;
}
