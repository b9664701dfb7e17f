import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { restOnConversation, takeLostFocus } from './focus.ts';
import { waits } from './fold-events.ts';
import { Icon, IconButton } from './icon.tsx';
import { Items } from './items.tsx';
import { GrowingMarkdown } from './markdown.tsx';
import { liveTexts, picture, running, send } from './state.ts';

interface TaskPageProperties {
  readonly taskId: string;
}

/** One task: what happened, what is happening, what it costs. */
export function TaskPage({ taskId }: TaskPageProperties): VNode {
  return (
    <>
      <Header taskId={taskId} />
      <Conversation taskId={taskId} />
      <Footer />
    </>
  );
}

function Header({ taskId }: TaskPageProperties): VNode {
  const { goal, changedFiles } = picture.value.figures.value;
  return (
    <header class="bar">
      <IconButton icon="back" label="Back to all tasks" onClick={() => send({ type: 'open', taskId: null })} />
      <h1 class="grow" title={goal.slice(0, 500)}>
        {goal.slice(0, 200)}
      </h1>
      {changedFiles ? (
        <IconButton icon="diff" label="Review Changes" onClick={() => send({ type: 'review', taskId })} />
      ) : null}
      {running.value ? (
        <IconButton icon="stop" label="Cancel" onClick={() => send({ type: 'cancel', taskId })} />
      ) : (
        <IconButton icon="export" label="Export as Markdown" onClick={() => send({ type: 'export', taskId })} />
      )}
    </header>
  );
}

function Conversation({ taskId }: TaskPageProperties): VNode {
  const scroll = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useSignal(true);
  useEffect(() => {
    const [element, inner] = [scroll.current, content.current];
    if (!element || !inner) return undefined;
    takeLostFocus(element);
    // Whatever makes the content grow (events, streaming, colours, an opened card), the end stays in sight.
    const observer = new ResizeObserver(() => {
      if (following.peek()) element.scrollTop = element.scrollHeight;
    });
    observer.observe(inner);
    return () => observer.disconnect();
  }, []);
  return (
    <section
      class="scroll"
      ref={scroll}
      tabIndex={0}
      aria-label="Conversation"
      onScroll={({ currentTarget }) => {
        following.value = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight < 40;
      }}
    >
      <div class="pad" ref={content}>
        <Items taskId={taskId} />
        {[...liveTexts.value].map(([conversation, text]) => (
          <GrowingMarkdown key={conversation} text={text} />
        ))}
        <Activity taskId={taskId} />
      </div>
    </section>
  );
}

function Activity({ taskId }: TaskPageProperties): VNode | null {
  const { ended, activity } = picture.value.figures.value;
  if (running.value) {
    return (
      <p class="activity quiet">
        {activity === waits ? <Icon name="waits" /> : <Icon name="spin" spinning />} <span>{activity}</span>
      </p>
    );
  }
  if (ended) return null;
  return (
    <section class="card" aria-label="Task stopped">
      <p>This task is not running in this window. It can go on where it stopped.</p>
      <button
        type="button"
        class="primary"
        onClick={() => {
          restOnConversation();
          send({ type: 'resume', taskId });
        }}
      >
        Resume
      </button>
    </section>
  );
}

function Footer(): VNode {
  const { inputTokens, outputTokens, usd, model } = picture.value.figures.value;
  return (
    <footer class="bar quiet">
      <span class="grow">{model ?? ''}</span>
      {inputTokens + outputTokens > 0 ? (
        <span title={`${inputTokens} tokens in, ${outputTokens} tokens out`}>
          {short(inputTokens + outputTokens)} tokens
        </span>
      ) : null}
      {usd === undefined ? null : <span title="Cost">${usd.toFixed(4)}</span>}
    </footer>
  );
}

function short(tokens: number): string {
  return tokens < 10_000 ? tokens.toLocaleString('en') : `${(tokens / 1000).toFixed(1)}k`;
}
