import type { VNode } from 'preact';
import type { Effect } from '../protocol/effects.ts';
import type { ToolItem } from './fold-events.ts';
import { running, send } from './state.ts';

interface ApprovalProperties {
  readonly tool: ToolItem;
  readonly taskId: string;
}

/** What a call would do, as the policy understood it, and the two answers. */
export function ApprovalCard({ tool, taskId }: ApprovalProperties): VNode | null {
  const { approval } = tool;
  if (!approval) return null;
  const decide = (allowed: boolean): void => send({ type: 'approve', taskId, callId: tool.callId, allowed });
  return (
    <section class="card approval" aria-label={`Approval: ${tool.title}`}>
      <p>
        <strong>May OpenMagus do this?</strong>
      </p>
      <ul class="effects">
        {approval.effects.map((effect, index) => (
          <EffectLine key={index} effect={effect} />
        ))}
      </ul>
      <p class="quiet">
        {approval.decision.always ? <span class="risk">Always asks: </span> : null}
        {approval.decision.reason}
      </p>
      <div class="row">
        <button type="button" class="primary" disabled={!running.value} onClick={() => decide(true)}>
          Allow
        </button>
        <button type="button" disabled={!running.value} onClick={() => decide(false)}>
          Deny
        </button>
        {running.value ? null : <span class="quiet">Resume the task to answer.</span>}
      </div>
    </section>
  );
}

const verbs: Readonly<Record<Effect['verb'], string>> = {
  read: 'Read',
  write: 'Write',
  delete: 'Delete',
  run: 'Run',
  control: 'Steer',
};

function EffectLine({ effect }: { readonly effect: Effect }): VNode {
  return (
    <li>
      <span class="verb">{verbs[effect.verb]}</span> <code>{effect.object}</code>
      {effect.zone === 'outside' ? <span class="risk"> outside the workspace</span> : null}
      {effect.protects ? <span class="risk"> {effect.protects}</span> : null}
    </li>
  );
}
