import type { VNode } from 'preact';
import { type Effect, riskyFirst } from '../protocol/effects.ts';
import type { PolicyRule } from '../protocol/policy-rules.ts';
import { ruleForever, rulesForTask } from '../protocol/task-rules.ts';
import { visibleText } from '../protocol/visible-text.ts';
import { useAskingCard } from './asking-card.ts';
import type { ToolItem } from './chat-items.ts';
import { CodeBlock } from './code-block.tsx';
import { restOnConversation } from './focus.ts';
import { Icon } from './icon.tsx';
import { insideFolder, insideFolders, shownObject } from './inside-folders.ts';
import { Remembered } from './remembered.tsx';
import { shownArguments } from './shown-arguments.ts';
import { running, send, surroundings } from './state.ts';

interface ApprovalProperties {
  readonly tool: ToolItem;
  readonly taskId: string;
}

/** What a call would do, as the policy understood it, and the two answers. */
export function ApprovalCard({ tool, taskId }: ApprovalProperties): VNode | null {
  const { approval } = tool;
  const card = useAskingCard(running.value);
  if (!approval) return null;
  // It says all that the other effects do, in the order in which it is done.
  const plan = approval.effects.find(({ shown }) => shown !== undefined);
  const inTask = approval.decision.always ? undefined : rulesForTask(approval.effects);
  const forever = ruleForever(approval.effects, approval.decision.always, '');
  const decide = (allowed: boolean | 'task' | 'always'): void => {
    restOnConversation();
    send({ type: 'approve', taskId, callId: tool.callId, allowed });
  };
  return (
    <section ref={card} tabIndex={-1} class="card approval" aria-label={`Approval: ${tool.title}`}>
      <p>
        <Icon name="ask" />{' '}
        <strong>{tool.name === 'run_command' ? 'Run this command?' : `${visibleText(tool.title)}?`}</strong>
      </p>
      {plan ? (
        <EffectList effects={[plan]} fresh={[]} />
      ) : (
        <EffectList effects={approval.effects} fresh={approval.fresh} />
      )}
      {plan ? (
        <details>
          <summary>Every effect by itself</summary>
          <EffectList effects={approval.effects.filter((effect) => effect !== plan)} fresh={approval.fresh} />
        </details>
      ) : null}
      {approval.decision.always ? (
        <p class="quiet">
          <span class="risk">Always asks:</span> {visibleText(insideFolders(approval.decision.reason, roots()))}
        </p>
      ) : null}
      {approval.advice ? <Remembered text={approval.advice} /> : null}
      {tool.arguments && tool.name !== 'run_command' && !plan ? (
        <Arguments name={tool.name} written={tool.arguments} />
      ) : null}
      <div class="row">
        <button type="button" class="primary" disabled={!running.value} onClick={() => decide(true)}>
          Allow
        </button>
        <button type="button" disabled={!running.value} onClick={() => decide(false)}>
          Deny
        </button>
        {inTask ? (
          <button type="button" disabled={!running.value} title={taskWords(inTask)} onClick={() => decide('task')}>
            Allow in This Task
          </button>
        ) : null}
        {forever ? (
          <button
            type="button"
            disabled={!running.value}
            title={foreverWords(forever)}
            onClick={() => decide('always')}
          >
            Always Allow Exactly This
          </button>
        ) : null}
        {running.value ? null : <span class="quiet">Resume the task to answer.</span>}
      </div>
    </section>
  );
}

function Arguments({ name, written }: { readonly name: string; readonly written: string }): VNode {
  const { text, language } = shownArguments(name, written);
  return <CodeBlock text={visibleText(text)} language={language} />;
}

/** What else is allowed with it: "npm test …; src/a.ts". */
function taskWords(rules: readonly PolicyRule[]): string {
  const each = rules.map(({ command, path = '' }) =>
    command === undefined ? insideFolder(path, roots()) : `${command} …`,
  );
  return visibleText([...new Set(each)].join('; '));
}

function foreverWords({ note = '' }: PolicyRule): string {
  return `In every task, until you take it out of the setting openmagus.rules: ${visibleText(note)}`;
}

const verbs: Readonly<Record<Effect['verb'], string>> = {
  read: 'Read',
  write: 'Write',
  delete: 'Delete',
  run: 'Run',
  connect: 'Reach',
  remember: 'Remember',
  forget: 'Forget',
  deploy: 'Deploy',
  control: 'Steer',
};

function EffectList({
  effects,
  fresh,
}: {
  readonly effects: readonly Effect[];
  readonly fresh: readonly string[];
}): VNode {
  return (
    <ul class="effects">
      {riskyFirst(effects).map((effect, index) => (
        <EffectLine key={index} effect={effect} fresh={fresh.includes(effect.object)} />
      ))}
    </ul>
  );
}

function EffectLine({ effect, fresh }: { readonly effect: Effect; readonly fresh: boolean }): VNode {
  return (
    <li>
      <span class="verb">{verbs[effect.verb]}</span>{' '}
      <code title={visibleText(effect.object)}>{visibleText(shownObject(effect, roots()))}</code>
      {fresh ? <span class="quiet"> · not allowed before in this task</span> : null}
      {effect.zone === 'outside' ? <span class="risk"> · outside the workspace</span> : null}
      {effect.protects ? <span class="risk"> · {visibleText(insideFolders(effect.protects, roots()))}</span> : null}
      {effect.shown ? <CodeBlock text={visibleText(effect.shown)} language="" /> : null}
    </li>
  );
}

function roots(): readonly string[] {
  return surroundings.value?.roots ?? [];
}
