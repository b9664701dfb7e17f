import type { VNode } from 'preact';
import type { ChatItem } from './fold-events.ts';
import { Markdown } from './markdown.tsx';
import { PlanCard } from './plan-card.tsx';
import { QuestionCard } from './question-card.tsx';
import { picture, send } from './state.ts';
import { ToolCard } from './tool-card.tsx';

export function Items({ taskId }: { readonly taskId: string }): VNode {
  return (
    <>
      {picture.value.items.map((item, index) => (
        <Item key={index} item={item} taskId={taskId} />
      ))}
    </>
  );
}

function Item({ item, taskId }: { readonly item: ChatItem; readonly taskId: string }): VNode {
  switch (item.kind) {
    case 'goal':
      return (
        <section class="goal card" aria-label="You">
          <p>{item.text}</p>
          {item.context.length > 0 ? <p class="quiet">With {item.context.join(', ')}</p> : null}
        </section>
      );
    case 'text':
      return <Markdown text={item.text} />;
    case 'note':
      return <p class={item.tone === 'warning' ? 'card warning' : 'quiet note'}>{item.text}</p>;
    case 'step':
      return (
        <p class="step">
          <strong>{item.title}</strong>
          {item.status ? <span class={`state ${item.status}`}> {item.status}</span> : null}
          {item.status && item.summary ? <span class="quiet"> {item.summary}</span> : null}
        </p>
      );
    case 'plan':
      return <PlanCard plan={item} taskId={taskId} />;
    case 'tool':
      return <ToolCard tool={item} taskId={taskId} />;
    case 'question':
      return <QuestionCard question={item} taskId={taskId} />;
    case 'end':
      return <End item={item} taskId={taskId} />;
    default:
      return item satisfies never;
  }
}

const endings = {
  verified: 'Done, and every check passed',
  unverified: 'Done; nothing could be checked',
  failed: 'Failed',
  'limit-reached': 'Stopped at a limit',
  cancelled: 'Cancelled',
} as const;

function End({ item, taskId }: { readonly item: Extract<ChatItem, { kind: 'end' }>; readonly taskId: string }): VNode {
  const good = item.status === 'verified' || item.status === 'unverified';
  return (
    <section class={`card end ${item.status}`} aria-label="Result">
      <p>
        <strong>{endings[item.status]}</strong>
      </p>
      {item.summary ? <Markdown text={item.summary} /> : null}
      {item.error && item.error.message !== item.summary ? <p class="failure">{item.error.message}</p> : null}
      {good ? null : (
        <div class="row">
          {item.error?.kind === 'configuration' ? (
            <button type="button" class="primary" onClick={() => send({ type: 'configure' })}>
              Open Settings
            </button>
          ) : null}
          <button type="button" onClick={() => send({ type: 'resume', taskId })}>
            Try Again
          </button>
          <button type="button" onClick={() => send({ type: 'show-log' })}>
            Show Log
          </button>
        </div>
      )}
    </section>
  );
}
