import type { VNode } from 'preact';
import { visibleText } from '../protocol/visible-text.ts';

/** What memory knows of a call: words out of records, shown as they are. */
export function Remembered({ text }: { readonly text: string }): VNode {
  return (
    <div class="remembered">
      <p class="label">From memory</p>
      <p>{visibleText(text)}</p>
    </div>
  );
}
