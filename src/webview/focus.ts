/** Takes the focus when nothing in the view needs it more: it was lost with what had it, or rests on the conversation. */
export function takeLostFocus(element: HTMLElement | null): void {
  const holder = document.activeElement;
  const idle = holder === null || holder === document.body || holder.classList.contains('scroll');
  if (document.hasFocus() && idle) element?.focus({ preventScroll: element.classList.contains('scroll') });
}

/** Where the focus goes when a button has done its work and is about to vanish; before there is a conversation, to the goal. */
export function restOnConversation(): void {
  const resting = document.querySelector<HTMLElement>('.scroll[tabindex]') ?? goalField();
  resting?.focus({ preventScroll: true });
}

export function conversation(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.scroll');
}

export function goalField(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.goal-field textarea');
}
