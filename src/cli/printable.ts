import { visibleText } from '../protocol/visible-text.ts';

/** Text of a model or a file for a terminal: control characters and direction marks are shown, not obeyed. */
export const printable = visibleText;
