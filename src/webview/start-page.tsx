import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { goalField, takeLostFocus } from './focus.ts';
import { History } from './history.tsx';
import { send, surroundings } from './state.ts';

/** What is seen before there is a task: what is missing, if anything, and the tasks so far. */
export function StartPage(): VNode {
  const around = surroundings.value;
  useEffect(() => takeLostFocus(goalField()), []);
  return (
    <div class="scroll pad">
      <header class="welcome">
        <h1>What should be done?</h1>
        <p class="quiet">Describe a goal. OpenMagus plans it, asks before it acts, and checks the result.</p>
        {around?.model ? (
          <p class="quiet">
            Model <strong>{around.model}</strong> ·{' '}
            <button type="button" class="link" onClick={() => send({ type: 'remedy', remedy: 'manage-models' })}>
              Change
            </button>
          </p>
        ) : null}
      </header>
      {around?.model ? null : <ConfigureCard />}
      {around?.roots.length === 0 ? (
        <section class="card warning" aria-label="No folder is open">
          <p>No folder is open. OpenMagus works inside one.</p>
          <button type="button" class="primary" onClick={() => send({ type: 'remedy', remedy: 'open-folder' })}>
            Open Folder
          </button>
        </section>
      ) : null}
      {around?.trusted === false ? (
        <section class="card warning" aria-label="Restricted Mode">
          <p>Restricted Mode: OpenMagus only reads files and answers. Trust the workspace to let it act.</p>
          <button type="button" onClick={() => send({ type: 'remedy', remedy: 'manage-trust' })}>
            Manage Trust
          </button>
        </section>
      ) : null}
      <History />
    </div>
  );
}

function ConfigureCard(): VNode {
  return (
    <section class="card warning" aria-label="Configure a model">
      <p>No model is configured. Add a LiteLLM proxy, a model server on this machine, or a provider.</p>
      <button type="button" class="primary" onClick={() => send({ type: 'remedy', remedy: 'manage-models' })}>
        Add a Model
      </button>
    </section>
  );
}
