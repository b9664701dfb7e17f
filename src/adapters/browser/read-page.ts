import type { Page } from 'playwright-core';
import { MagusError } from '../../core/errors/magus-error.ts';
import { compactLines, type PageLine } from './compact-snapshot.ts';
import { type PageNode, parseSnapshot } from './parse-snapshot.ts';
import { within } from './within.ts';

/** Ten thousand elements take some seconds. */
const readMs = 30_000;

/** What the page holds now, without passwords. Throws `tool-failed` NO_ANSWER where it does not answer. */
export async function readNodes(page: Page): Promise<readonly PageNode[]> {
  const [yaml, passwords] = await Promise.all([snapshotOf(page), passwordsOf(page)]);
  return withoutPasswords(parseSnapshot(yaml), passwords);
}

/** The part at a ref, as lines. Throws `tool-input` NO_REF. */
export function partOf(nodes: readonly PageNode[], ref: string): readonly PageLine[] {
  const part = findRef(nodes, ref);
  if (part) return compactLines([part]);
  throw new MagusError('tool-input', `There is no ${ref} on the page now. Take a browser_snapshot without a scope.`, {
    code: 'NO_REF',
  });
}

/** Whether any script can run on it just now. */
export function answers(page: Page): Promise<boolean> {
  const asked = page.evaluate(() => true).catch(() => true);
  return within(2000, asked, () => false);
}

async function snapshotOf(page: Page): Promise<string> {
  try {
    return await page.ariaSnapshot({ mode: 'ai', timeout: readMs });
  } catch (caught) {
    // A navigation in the middle of it: the new page is what is wanted.
    if (/navigat|context was destroyed|detached/i.test(String(caught))) {
      await page.waitForLoadState('domcontentloaded', { timeout: readMs }).catch(() => undefined);
      const again = await page.ariaSnapshot({ mode: 'ai', timeout: readMs }).catch(() => undefined);
      if (again !== undefined) return again;
    }
    throw new MagusError(
      'tool-failed',
      'The page does not answer: a script of it keeps it busy. Wait with browser_wait, or open it or another one anew with browser_open.',
      { code: 'NO_ANSWER', cause: caught },
    );
  }
}

async function passwordsOf(page: Page): Promise<ReadonlySet<string>> {
  const typed = page.frames().map((frame) => {
    const read = frame
      .locator('input[type=password]')
      .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
    return within(readMs, read, () => []).catch(() => []);
  });
  return new Set((await Promise.all(typed)).flat().filter((value) => typeof value === 'string' && value !== ''));
}

function withoutPasswords(nodes: readonly PageNode[], passwords: ReadonlySet<string>): readonly PageNode[] {
  if (passwords.size === 0) return nodes;
  return nodes.map((node) => ({
    ...node,
    text: node.role === 'textbox' && passwords.has(node.text) ? '(a password)' : node.text,
    children: withoutPasswords(node.children, passwords),
  }));
}

function findRef(nodes: readonly PageNode[], ref: string): PageNode | undefined {
  for (const node of nodes) {
    const found = node.ref === ref ? node : findRef(node.children, ref);
    if (found) return found;
  }
  return undefined;
}
