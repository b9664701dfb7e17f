import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { takeLostFocus } from './focus.ts';

/**
 * A card that asks gets the focus when it appears, unless a person is busy elsewhere in the view: its answers are then one
 * Tab away. The card itself takes it and not a button, so that a key pressed at that moment decides nothing.
 */
export function useAskingCard(asks: boolean): RefObject<HTMLElement | null> {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (asks) takeLostFocus(card.current);
  }, [asks]);
  return card;
}
