import type { VNode } from 'preact';
import { Composer } from './composer.tsx';
import { Remedies } from './remedies.tsx';
import { StartPage } from './start-page.tsx';
import { announcements, failure, picture, surroundings, taskId } from './state.ts';
import { TaskPage } from './task-page.tsx';

/** The whole view: how to begin and the history, or one task. */
export function ChatApp(): VNode {
  if (!surroundings.value) return <p class="quiet pad">Loading…</p>;
  const composing = taskId.value === null || picture.value.figures.value.ended !== undefined;
  return (
    <main class="chat">
      {taskId.value === null ? <StartPage /> : <TaskPage key={taskId.value} taskId={taskId.value} />}
      <div role="alert">{failure.value ? <FailureCard /> : null}</div>
      {composing ? <Composer /> : null}
      <div class="for-screen-readers" role="log" aria-label="Announcements">
        {announcements.value.map(({ seq, text }) => (
          <p key={seq}>{text}</p>
        ))}
      </div>
    </main>
  );
}

function FailureCard(): VNode | null {
  if (!failure.value) return null;
  const { message, kind, code } = failure.value;
  return (
    <section class="card failed dismissible" aria-label="Failure">
      <p>{message}</p>
      <Remedies
        kind={kind}
        code={code}
        taskId={undefined}
        dismiss={() => {
          failure.value = undefined;
        }}
      />
    </section>
  );
}
