import { useSignal } from '@preact/signals';
import type { RefObject, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { MentionCandidate } from '../protocol/chat-view.ts';
import { Icon, type IconName } from './icon.tsx';
import { type MentionToken, mentionAt, withMention } from './mention-token.ts';
import { draft, mentionAnswer, send, setDraft } from './state.ts';

let turns = 0;

export const popupId = 'mentions';
export const optionId = (index: number): string => `mention-${index}`;

export interface MentionPopupState {
  readonly open: boolean;
  readonly candidates: readonly MentionCandidate[];
  readonly chosen: number;
  /** Looks at the caret again: after typing, clicking, moving. */
  refresh(): void;
  choose(index: number): void;
  /** True when the key belonged to the popup. */
  takeKey(key: string): boolean;
}

/** The popup behind the `@` in the goal. The textarea keeps the focus; the host says what can be meant. */
export function useMentionPopup(field: RefObject<HTMLTextAreaElement | null>): MentionPopupState {
  const token = useSignal<MentionToken | undefined>(undefined);
  const turn = useSignal(0);
  const chosen = useSignal(0);
  const query = token.value?.query;
  useEffect(() => {
    if (query === undefined) return undefined;
    const timer = setTimeout(() => {
      turns += 1;
      turn.value = turns;
      send({ type: 'mention', turn: turns, query });
    }, 80);
    return () => clearTimeout(timer);
  }, [query]);
  const answer = mentionAnswer.value?.turn === turn.value ? mentionAnswer.value.candidates : [];
  const candidates = query === undefined ? [] : answer;

  const choose = (index: number): void => {
    const [candidate, element] = [candidates[index], field.current];
    if (!candidate || !element || !token.value) return;
    const { kind, label, place } = candidate;
    const { text, caret } = withMention(draft.value.goal, token.value, label);
    setDraft({ goal: text, mentions: [...draft.value.mentions, { kind, label, place }] });
    token.value = undefined;
    element.focus();
    // The new text is in the field after the next drawing.
    requestAnimationFrame(() => element.setSelectionRange(caret, caret));
  };
  const move = (by: number): void => {
    chosen.value = (chosen.value + by + candidates.length) % candidates.length;
    document.getElementById(optionId(chosen.value))?.scrollIntoView({ block: 'nearest' });
  };
  return {
    open: candidates.length > 0,
    candidates,
    chosen: Math.min(chosen.value, Math.max(0, candidates.length - 1)),
    choose,
    refresh: () => {
      const element = field.current;
      const next = element ? mentionAt(element.value, element.selectionStart) : undefined;
      if (next?.start === token.value?.start && next?.query === token.value?.query) return;
      token.value = next;
      chosen.value = 0;
    },
    takeKey: (key) => {
      if (candidates.length === 0) return false;
      if (key === 'ArrowDown') move(1);
      else if (key === 'ArrowUp') move(-1);
      else if (key === 'Enter' || key === 'Tab') choose(Math.min(chosen.value, candidates.length - 1));
      else if (key === 'Escape') token.value = undefined;
      else return false;
      return true;
    },
  };
}

const icons = {
  file: 'file',
  folder: 'folder',
  selection: 'selection',
  problems: 'problems',
  terminal: 'terminal',
} as const satisfies Readonly<Record<MentionCandidate['kind'], IconName>>;

export function MentionPopup({ popup }: { readonly popup: MentionPopupState }): VNode | null {
  if (!popup.open) return null;
  return (
    <div class="mentions" id={popupId} role="listbox" aria-label="What to mention">
      {popup.candidates.map((candidate, index) => (
        <div
          key={`${candidate.kind} ${candidate.place}`}
          id={optionId(index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === popup.chosen}
          // Pressing must not take the focus out of the goal.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => popup.choose(index)}
          onKeyDown={({ key }) => popup.takeKey(key)}
        >
          <Icon name={icons[candidate.kind]} /> <span class="title">{candidate.label}</span>
          <span class="quiet">{candidate.detail}</span>
        </div>
      ))}
    </div>
  );
}
