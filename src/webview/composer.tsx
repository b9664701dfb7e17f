import type { RefObject, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { TaskMode } from '../protocol/task-start.ts';
import { mostGoalCharacters } from '../protocol/text-limits.ts';
import { goalField } from './focus.ts';
import { Icon, IconButton } from './icon.tsx';
import { MentionPopup, type MentionPopupState, optionId, popupId, useMentionPopup } from './mention-popup.tsx';
import { mentionsIn } from './mention-token.ts';
import { readImages } from './pasted-images.ts';
import { draft, failure, images, send, sending, setDraft, surroundings } from './state.ts';

const modes: readonly { readonly mode: TaskMode; readonly label: string; readonly meaning: string }[] = [
  { mode: 'auto', label: 'Auto', meaning: 'The planner decides whether to answer, to plan or to act' },
  { mode: 'ask', label: 'Ask', meaning: 'Reads and answers; changes and runs nothing' },
  { mode: 'plan', label: 'Plan', meaning: 'Stops when the plan is ready' },
  { mode: 'act', label: 'Act', meaning: 'One step, without a plan' },
];
const mostImages = 10;
/** The field itself takes no more than that. */
const tooLong = {
  message: `A goal takes ${mostGoalCharacters.toLocaleString('en')} characters: the end of what you pasted is left out. Put the long part into a file and point at it with @.`,
  kind: 'user-input',
} as const;

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
        rows={2}
        placeholder="Describe a goal"
        value={goal}
        maxLength={mostGoalCharacters}
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
      <div class="toolbar">
        <IconButton
          icon="mention"
          label="Mention a file, the selection, problems …"
          onClick={() => mention(field, popup)}
        />
        <ModeChoice />
        <button type="submit" class="primary icon-button" aria-label="Send" title="Send (Enter)" disabled={!ready()}>
          <Icon name="send" />
        </button>
      </div>
      <div class="for-screen-readers" role="status">
        {popup.open ? `${popup.candidates.length} suggestions` : ''}
      </div>
    </div>
  );
}

/** Writes the @ where the caret is, as a person would. */
function mention(field: RefObject<HTMLTextAreaElement | null>, popup: MentionPopupState): void {
  const element = field.current;
  if (!element) return;
  const { selectionStart, selectionEnd, value } = element;
  const apart = selectionStart === 0 || /\s/.test(value.charAt(selectionStart - 1)) ? '@' : ' @';
  element.setRangeText(apart, selectionStart, selectionEnd, 'end');
  setDraft({ goal: element.value });
  element.focus();
  popup.refresh();
}

async function paste(event: ClipboardEvent): Promise<void> {
  const files = [...(event.clipboardData?.files ?? [])];
  const words = event.clipboardData?.getData('text/plain') ?? '';
  if (files.length === 0 && draft.value.goal.length + words.length > mostGoalCharacters) failure.value = tooLong;
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
              goalField()?.focus();
              images.value = images.value.filter((other) => other !== image);
            }}
          />
        </li>
      ))}
    </ul>
  );
}

function ModeChoice(): VNode {
  const mode = restricted() ? 'ask' : draft.value.mode;
  return (
    <select
      aria-label="Mode"
      title={modes.find((entry) => entry.mode === mode)?.meaning}
      value={mode}
      disabled={restricted()}
      onChange={({ currentTarget }) => setDraft({ mode: modes[currentTarget.selectedIndex]?.mode ?? 'auto' })}
    >
      {modes.map((entry) => (
        <option key={entry.mode} value={entry.mode} title={entry.meaning}>
          {entry.label}
        </option>
      ))}
    </select>
  );
}
