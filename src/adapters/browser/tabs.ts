import type { BrowserContext, Dialog, Page } from 'playwright-core';
import { MagusError } from '../../core/errors/magus-error.ts';
import { quoted } from './compact-snapshot.ts';

const mostTabs = 8;
/** Of one tab during one call: more of them are a loop that nothing else would end. */
const mostDialogs = 10;
const longestNote = 200;

export interface DialogAnswer {
  readonly accept: boolean;
  readonly text?: string | undefined;
}

export interface Tabs {
  /** Throws `tool-input` NO_PAGE where none is open. */
  current(): Page;
  choose(number: number): void;
  all(): readonly Page[];
  /** "tab 2 of 3"; empty where there is only one. */
  where(): string;
  /** For the next call: what came up by itself since. */
  takeNotes(): readonly string[];
  note(text: string): void;
  /** A call begins: how dialogs are answered from now on, and whether a tab that comes up is what was wanted. */
  begin(work: { readonly do: string; readonly dialog?: DialogAnswer | undefined }): void;
}

/** The tabs of one browser. One that an act opens becomes the current one; dialogs are answered at once, so that none ever blocks. */
export function openTabs(context: BrowserContext): Tabs {
  const pages: Page[] = [];
  const notes = new Map<string, number>();
  let current: Page | undefined;
  let answer: DialogAnswer | undefined;
  let dialogs = 0;
  let acts = false;
  const note = (text: string): void => void notes.set(text, (notes.get(text) ?? 0) + 1);
  const onDialog = (page: Page, dialog: Dialog): void => {
    dialogs += 1;
    const accepts = answer?.accept ?? (dialog.type() === 'alert' || dialog.type() === 'beforeunload');
    note(`${dialog.type()} dialog ${said(dialog.message())}: ${accepts ? 'accepted' : 'declined'}`);
    void (accepts ? dialog.accept(answer?.text) : dialog.dismiss()).catch(() => undefined);
    if (dialogs > mostDialogs && !page.isClosed()) {
      note('the tab opened one dialog after the other and was closed');
      void page.close({ runBeforeUnload: false }).catch(() => undefined);
    }
  };
  const add = (page: Page): void => {
    if (pages.length >= mostTabs) {
      note(`a further tab was closed at once: there are ${mostTabs} already`);
      void page.close().catch(() => undefined);
      return;
    }
    pages.push(page);
    const follows = current === undefined || acts;
    if (current !== undefined) note(`tab ${pages.length} was opened${follows ? ' and is now the current one' : ''}`);
    if (follows) current = page;
    page.on('dialog', (dialog) => onDialog(page, dialog));
    page.on('crash', () => {
      note('the page crashed; open it again');
      void page.close().catch(() => undefined);
    });
    page.once('close', () => {
      const place = pages.indexOf(page);
      if (place < 0) return;
      pages.splice(place, 1);
      if (current !== page) return;
      current = pages.at(-1);
      note(`tab ${place + 1} was closed${current === undefined ? '; there is none now' : ''}`);
    });
  };
  for (const page of context.pages()) add(page);
  context.on('page', add);
  return {
    note,
    current: () => {
      if (current !== undefined) return current;
      throw new MagusError('tool-input', 'No page is open. Open one with browser_open.', { code: 'NO_PAGE' });
    },
    all: () => pages,
    choose: (number) => {
      const page = pages[number - 1];
      if (page === undefined)
        throw new MagusError('tool-input', `There is no tab ${number}; there are ${pages.length}.`, { code: 'NO_TAB' });
      current = page;
    },
    where: () => (pages.length < 2 || !current ? '' : `tab ${pages.indexOf(current) + 1} of ${pages.length}`),
    takeNotes: () => {
      const taken = [...notes].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`));
      notes.clear();
      return taken.slice(0, 20);
    },
    begin: (next) => {
      answer = next.dialog;
      acts = next.do === 'act';
      dialogs = 0;
    },
  };
}

/** Words of a page inside of ours. */
export function said(text: string): string {
  return quoted(text.replace(/\s+/g, ' ').slice(0, longestNote));
}
