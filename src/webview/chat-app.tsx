import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Composer } from './composer.tsx';
import { History } from './history.tsx';
import { Items } from './items.tsx';
import { events, failure, liveOutput, liveText, picture, running, send, surroundings, taskId } from './state.ts';

/** The whole view: the history and how to begin, or one task. */
export function ChatApp(): VNode {
  if (!surroundings.value) return <p class="quiet pad">Loading…</p>;
  return (
    <main class="chat">
      {taskId.value === null ? <Start /> : <Task id={taskId.value} />}
      <div role="alert">{failure.value ? <p class="failure pad">{failure.value}</p> : null}</div>
      {taskId.value === null || picture.value.ended ? <Composer /> : null}
    </main>
  );
}

function Start(): VNode {
  const around = surroundings.value;
  return (
    <div class="scroll pad">
      <h2>What should be done?</h2>
      <p class="quiet">Describe a goal. OpenMagus plans it, asks before it acts, and checks the result.</p>
      {around?.model ? (
        <p class="quiet">
          Model: <strong>{around.model}</strong>{' '}
          <button type="button" class="link" onClick={() => send({ type: 'configure' })}>
            Change
          </button>
        </p>
      ) : (
        <section class="card warning" aria-label="Configure a model">
          <p>
            No model is configured. Give the address of an OpenAI-compatible server and the name of a model; set a key
            if it needs one.
          </p>
          <div class="row">
            <button type="button" class="primary" onClick={() => send({ type: 'configure' })}>
              Configure Model
            </button>
            <button type="button" onClick={() => send({ type: 'set-key' })}>
              Set Key
            </button>
          </div>
        </section>
      )}
      {around?.folderOpen === false ? (
        <p class="card warning">Open a folder first: OpenMagus works inside it.</p>
      ) : null}
      {around?.trusted === false ? (
        <p class="card warning">
          Restricted Mode: OpenMagus only reads and answers. Trust the workspace to let it act.
        </p>
      ) : null}
      <History />
    </div>
  );
}

function Task({ id }: { readonly id: string }): VNode {
  const scroll = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  useEffect(() => {
    const element = scroll.current;
    if (element && following.current) element.scrollTop = element.scrollHeight;
  }, [events.value, liveText.value, liveOutput.value]);
  const stopped = !picture.value.ended && !running.value;
  return (
    <>
      <header class="bar">
        <button type="button" onClick={() => send({ type: 'open', taskId: null })} aria-label="Back to all tasks">
          ← Tasks
        </button>
        <span class="grow" />
        {picture.value.changedFiles ? (
          <button type="button" onClick={() => send({ type: 'review', taskId: id })}>
            Review Changes
          </button>
        ) : null}
        {running.value ? (
          <button type="button" onClick={() => send({ type: 'cancel', taskId: id })}>
            Cancel
          </button>
        ) : null}
      </header>
      <div
        class="scroll pad"
        ref={scroll}
        tabIndex={0}
        role="log"
        aria-label="Conversation"
        aria-busy={running.value}
        onScroll={({ currentTarget }) => {
          following.current = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight < 40;
        }}
      >
        <Items taskId={id} />
        {liveText.value ? (
          <p class="live" aria-hidden="true">
            {liveText.value}
          </p>
        ) : null}
        {running.value && !liveText.value ? <p class="quiet working">Working…</p> : null}
        {stopped ? (
          <section class="card" aria-label="Task stopped">
            <p>This task is not running in this window.</p>
            <button type="button" class="primary" onClick={() => send({ type: 'resume', taskId: id })}>
              Resume
            </button>
          </section>
        ) : null}
      </div>
      <Footer />
    </>
  );
}

function Footer(): VNode {
  const { inputTokens, outputTokens, usd, model } = picture.value;
  return (
    <footer class="bar quiet">
      <span class="grow">{model ?? ''}</span>
      <span title="Tokens in and out">
        {inputTokens.toLocaleString('en')} in · {outputTokens.toLocaleString('en')} out
      </span>
      {usd === undefined ? null : <span>${usd.toFixed(4)}</span>}
    </footer>
  );
}
