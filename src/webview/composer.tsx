import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { TaskMode } from '../protocol/task-start.ts';
import { IconButton } from './icon.tsx';
import { MentionPopup, optionId, popupId, useMentionPopup } from './mention-popup.tsx';
import { mentionsIn } from './mention-token.ts';
import { readImages } from './pasted-images.ts';
import { draft, failure, images, send, sending, setDraft, surroundings } from './state.ts';

const modes: readonly { readonly mode: TaskMode; readonly label: string }[] = [
  { mode: 'auto', label: 'Auto: the planner decides' },
  { mode: 'ask', label: 'Ask: only reads' },
  { mode: 'plan', label: 'Plan: stops at the plan' },
  { mode: 'act', label: 'Act: one step, no plan' },
];
const mostImages = 10;

/** Where a task begins. Enter sends, Shift+Enter begins a new line, @ mentions; a half-written goal survives hiding the view. */
export function Composer(): VNode {
  return (
    <form
      class="composer"
      aria-label="New task"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Images />
      <Goal />
      <div class="row">
        <ModeChoice />
        <button type="submit" class="primary" disabled={!ready()}>
          Send
        </button>
      </div>
    </form>
  );
}

function ready(): boolean {
  return draft.value.goal.trim() !== '' && !sending.value;
}

function restricted(): boolean {
  return surroundings.value?.trusted === false;
}

function submit(): void {
  if (!ready()) return;
  sending.value = true;
  const { goal, mode, mentions } = draft.value;
  send({
    type: 'start',
    goal: goal.trim(),
    mode: restricted() ? 'ask' : mode,
    mentions: [...mentionsIn(goal, mentions)],
    images: [...images.value],
  });
}

function Goal(): VNode {
  const field = useRef<HTMLTextAreaElement>(null);
  const popup = useMentionPopup(field);
  const { goal } = draft.value;
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(220, element.scrollHeight + 2)}px`;
  }, [goal]);
  return (
    <div class="goal-field">
      <MentionPopup popup={popup} />
      <textarea
        ref={field}
        aria-label="Goal"
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={popup.open ? popupId : undefined}
        aria-activedescendant={popup.open ? optionId(popup.chosen) : undefined}
        rows={3}
        placeholder="Describe a goal. @ mentions files, Enter sends."
        value={goal}
        onInput={({ currentTarget }) => {
          setDraft({ goal: currentTarget.value });
          popup.refresh();
        }}
        onClick={popup.refresh}
        onPaste={(event) => void paste(event)}
        onKeyUp={({ key }) => {
          if (key.startsWith('Arrow') && !popup.open) popup.refresh();
        }}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (popup.takeKey(event.key)) event.preventDefault();
          else if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            submit();
          }
        }}
      />
      <div class="for-screen-readers" role="status">
        {popup.open ? `${popup.candidates.length} suggestions` : ''}
      </div>
    </div>
  );
}

async function paste(event: ClipboardEvent): Promise<void> {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length === 0) return;
  event.preventDefault();
  const read = await readImages(files);
  images.value = [...images.value, ...read.images].slice(0, mostImages);
  if (read.refused) failure.value = { message: read.refused, kind: 'user-input' };
}

function Images(): VNode | null {
  if (images.value.length === 0) return null;
  return (
    <ul class="images" aria-label="Pasted images">
      {images.value.map((image, index) => (
        <li key={index}>
          <img src={image.dataUrl} alt={image.label} />
          <IconButton
            icon="close"
            label={`Remove ${image.label}`}
            onClick={() => {
              images.value = images.value.filter((other) => other !== image);
            }}
          />
        </li>
      ))}
    </ul>
  );
}

function ModeChoice(): VNode {
  return (
    <select
      aria-label="Mode"
      class="grow"
      value={restricted() ? 'ask' : draft.value.mode}
      disabled={restricted()}
      onChange={({ currentTarget }) => setDraft({ mode: modes[currentTarget.selectedIndex]?.mode ?? 'auto' })}
    >
      {modes.map((entry) => (
        <option key={entry.mode} value={entry.mode}>
          {entry.label}
        </option>
      ))}
    </select>
  );
}
