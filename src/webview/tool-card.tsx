import type { VNode } from 'preact';
import type { ToolItem } from './fold-events.ts';
import { liveOutput, running, send } from './state.ts';

interface ToolProperties {
  readonly tool: ToolItem;
  readonly taskId: string;
}

/** One call: closed, it is a line; open, arguments and result. An approval stands open above it. */
export function ToolCard({ tool, taskId }: ToolProperties): VNode {
  const state = stateOf(tool);
  const output = liveOutput.value.get(tool.callId);
  const asking = tool.approval !== undefined && tool.approval.allowed === undefined && !tool.ended;
  return (
    <div class="tool">
      {asking ? <ApprovalCard tool={tool} taskId={taskId} /> : null}
      <details>
        <summary>
          <span class={`state ${state}`}>{marks[state]}</span> <span class="title">{tool.title}</span>{' '}
          <span class="quiet">
            {words[state]}
            {tool.ended ? ` · ${duration(tool.ended.durationMs)}` : ''}
          </span>
        </summary>
        <p class="quiet">{tool.name}</p>
        {tool.arguments ? <Text label="Arguments" text={pretty(tool.arguments)} /> : null}
        {tool.approval?.allowed === undefined ? null : (
          <p class="quiet">
            {tool.approval.allowed ? 'Allowed' : 'Denied'} by {tool.approval.by === 'rule' ? 'a rule' : 'you'}
          </p>
        )}
        {tool.ended ? <Text label="Result" text={tool.ended.error?.message ?? tool.ended.content} /> : null}
      </details>
      {output && !tool.ended ? <Text label="Live output" text={output.split('\n').slice(-8).join('\n')} /> : null}
    </div>
  );
}

function ApprovalCard({ tool, taskId }: ToolProperties): VNode | null {
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
          <li key={index}>
            <strong>{effect.verb}</strong> <code>{effect.object}</code>
            {effect.zone === 'outside' ? <span class="risk"> outside the workspace</span> : null}
            {effect.protects ? <span class="risk"> protected: {effect.protects}</span> : null}
          </li>
        ))}
      </ul>
      <p>
        <span class="risk">{approval.decision.always ? 'Always asks' : 'Asks'}:</span> {approval.decision.reason}
      </p>
      <div class="row">
        <button type="button" class="primary" disabled={!running.value} onClick={() => decide(true)}>
          Allow
        </button>
        <button type="button" disabled={!running.value} onClick={() => decide(false)}>
          Deny
        </button>
      </div>
    </section>
  );
}

function Text({ label, text }: { readonly label: string; readonly text: string }): VNode {
  return (
    <>
      <p class="label">{label}</p>
      <section class="code" tabIndex={0} aria-label={label}>
        <pre>{text || '(empty)'}</pre>
      </section>
    </>
  );
}

type ToolState = 'asks' | 'runs' | 'done' | 'failed' | 'denied';
const marks: Readonly<Record<ToolState, string>> = { asks: '?', runs: '…', done: '✓', failed: '✗', denied: '⊘' };
const words: Readonly<Record<ToolState, string>> = {
  asks: 'waits for you',
  runs: 'running',
  done: 'done',
  failed: 'failed',
  denied: 'denied',
};

function stateOf(tool: ToolItem): ToolState {
  if (tool.approval?.allowed === false) return 'denied';
  if (tool.ended) return tool.ended.ok ? 'done' : 'failed';
  return tool.approval && tool.approval.allowed === undefined ? 'asks' : 'runs';
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // Shown as the model wrote it, broken or not.
  }
}
