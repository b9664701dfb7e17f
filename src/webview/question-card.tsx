import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { mostAnswerCharacters } from '../protocol/text-limits.ts';
import { useAskingCard } from './asking-card.ts';
import type { QuestionItem } from './chat-items.ts';
import { restOnConversation } from './focus.ts';
import { running, send } from './state.ts';

/** A question of the task: choices as buttons, or an answer in one's own words. */
export function QuestionCard({
  question,
  taskId,
}: {
  readonly question: QuestionItem;
  readonly taskId: string;
}): VNode {
  const [text, setText] = useState('');
  const open = question.answer === undefined && running.value;
  const card = useAskingCard(open);
  const answer = (words: string): void => {
    restOnConversation();
    send({ type: 'answer', taskId, callId: question.callId, text: words });
  };
  return (
    <section ref={card} tabIndex={open ? -1 : undefined} class={open ? 'card approval' : 'card'} aria-label="Question">
      <p>
        <strong>{question.question}</strong>
      </p>
      {question.answer === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) answer(text.trim());
          }}
        >
          <div class="row">
            {question.choices.map((choice) => (
              <button key={choice} type="button" disabled={!running.value} onClick={() => answer(choice)}>
                {choice}
              </button>
            ))}
          </div>
          <div class="row">
            <input
              class="grow"
              aria-label="Your answer"
              placeholder="Your answer"
              value={text}
              maxLength={mostAnswerCharacters}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
            <button type="submit" class="primary" disabled={!running.value || !text.trim()}>
              Answer
            </button>
          </div>
        </form>
      ) : (
        <p>{question.answer}</p>
      )}
    </section>
  );
}
