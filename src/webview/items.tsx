import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { ChatItem } from './chat-items.ts';
import { EndCard } from './end-card.tsx';
import { restOnConversation } from './focus.ts';
import { Icon } from './icon.tsx';
import { Markdown } from './markdown.tsx';
import { PlanCard } from './plan-card.tsx';
import { QuestionCard } from './question-card.tsx';
import { picture } from './state.ts';
import { ToolCard } from './tool-card.tsx';

/** Items drawn at once; a long task shows its end, and earlier parts when they are asked for. */
const portion = 200;

export function Items({ taskId }: { readonly taskId: string }): VNode {
  const shown = useSignal(portion);
  const { items, count } = picture.value;
  const first = Math.max(0, count.value - shown.value);
  return (
    <>
      {first > 0 ? (
        <button
          type="button"
          class="earlier"
          onClick={() => {
            if (first <= 2 * portion) restOnConversation();
            shown.value += 2 * portion;
          }}
        >
          Show {Math.min(first, 2 * portion)} of {first} earlier
        </button>
      ) : null}
      {items.slice(first).map((item, index) => (
        <Item key={first + index} item={item} taskId={taskId} />
      ))}
    </>
  );
}

/** Listens to its own signal, so that one event draws one item again and not the list. */
function Item({ item, taskId }: { readonly item: Signal<ChatItem>; readonly taskId: string }): VNode {
  const value = item.value;
  switch (value.kind) {
    case 'goal':
      return (
        <section class="goal card" aria-label="You">
          <p>{value.text}</p>
          {value.context.length > 0 ? <p class="quiet">With {value.context.join(', ')}</p> : null}
        </section>
      );
    case 'text':
      return <Markdown text={value.text} />;
    case 'note':
      return <p class={value.tone === 'warning' ? 'card warning' : 'quiet note'}>{value.text}</p>;
    case 'step':
      return <StepLine step={value} />;
    case 'plan':
      return <PlanCard plan={value} taskId={taskId} />;
    case 'tool':
      return <ToolCard tool={value} taskId={taskId} />;
    case 'question':
      return <QuestionCard question={value} taskId={taskId} />;
    case 'end':
      return <EndCard end={value} taskId={taskId} />;
    default:
      return value satisfies never;
  }
}

function StepLine({ step }: { readonly step: Extract<ChatItem, { kind: 'step' }> }): VNode {
  if (!step.status) return <h2 class="step">{step.title}</h2>;
  return (
    <div class="step-end">
      <p>
        <span class={`state ${step.status}`}>
          <Icon name={step.status === 'failed' ? 'close' : step.status === 'verified' ? 'verified' : 'check'} />
        </span>{' '}
        <strong>{stepWords[step.status]}</strong> <span class="quiet">{step.title}</span>
      </p>
      {step.summary ? <Markdown text={step.summary} /> : null}
    </div>
  );
}

const stepWords = { verified: 'Verified', unverified: 'Done, not checked', failed: 'Failed' } as const;
