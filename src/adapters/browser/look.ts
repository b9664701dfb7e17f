import type { Page } from 'playwright-core';
import { compactLines, type PageLine } from './compact-snapshot.ts';
import type { PageNode } from './parse-snapshot.ts';
import { readNodes } from './read-page.ts';
import type { Session } from './session.ts';
import { said } from './tabs.ts';
import { within } from './within.ts';

interface Looked {
  readonly nodes: readonly PageNode[];
  readonly lines: readonly PageLine[];
  /** Which page that is, and the id of its snapshot. */
  readonly head: string;
}

/** Reads the page as it is now and keeps that as its last snapshot, which later ones are held against. */
export async function look(session: Session, page: Page): Promise<Looked> {
  const nodes = await readNodes(page);
  const lines = compactLines(nodes);
  return { nodes, lines, head: await headOf(session, page, session.snapshots.keep(page, lines)) };
}

export async function headOf({ tabs }: Session, page: Page, id?: string): Promise<string> {
  const asked = page.title().catch(() => '');
  const title = await within(1000, asked, () => '');
  const where = [tabs.where(), id === undefined ? '' : `snapshot ${id}`].filter(Boolean).join(', ');
  return `Page ${said(title)} at ${page.url().slice(0, 300)}${where === '' ? '' : ` (${where})`}`;
}
