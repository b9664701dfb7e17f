import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import type { BrowserAnswer, BrowserWork } from '../../core/browser-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import { act } from './act.ts';
import { elementOf } from './act-target.ts';
import { headOf, look } from './look.ts';
import { navigate } from './navigate.ts';
import { answers, partOf } from './read-page.ts';
import { testFile } from './recording.ts';
import type { Session } from './session.ts';
import { settle } from './settle.ts';
import { changedLines, linesAbout, mostCharacters, showLines } from './show-lines.ts';
import { said } from './tabs.ts';
import { waitFor } from './wait-for.ts';

/** What an act or an opening shows of the page by itself; a snapshot shows more. */
const atOnce = 6000;
const longestLogs = 8000;
const largestDownload = 20 * 1024 * 1024;
const largestImage = 3_500_000;

type Of<Do extends BrowserWork['do']> = Extract<BrowserWork, { readonly do: Do }>;

/** One call on a session; what came up by itself is told with the answer. */
export async function performWork(session: Session, work: BrowserWork): Promise<BrowserAnswer> {
  const { tabs } = session;
  tabs.begin(work);
  session.sending.allow(undefined);
  const answer = await answerTo(session, work);
  const refused = session.takeRefused();
  const notes = tabs.takeNotes().map((note) => `[${note}]`);
  if (refused.length > 0)
    notes.push(
      `[not loaded, for these hosts are not allowed: ${refused.slice(0, 10).join(', ')}${refused.length > 10 ? ' …' : ''}]`,
    );
  return { ...answer, text: [notes.join('\n'), answer.text].filter(Boolean).join('\n') };
}

function answerTo(session: Session, work: BrowserWork): Promise<BrowserAnswer> {
  switch (work.do) {
    case 'open':
      return open(session, work);
    case 'snapshot':
      return snapshot(session, work);
    case 'act':
      return doAct(session, work);
    case 'wait':
      return wait(session, work);
    case 'screenshot':
      return screenshot(session, work);
    case 'logs':
      return logs(session, work);
    default:
      return work satisfies never;
  }
}

async function open(session: Session, { url }: Of<'open'>): Promise<BrowserAnswer> {
  const page = await currentOrNew(session);
  session.recorded.push(`await page.goto(${JSON.stringify(url)});`);
  const before = new Set(session.logs.pending());
  const told = await navigate(page, url);
  await settle(page, session.logs, before);
  return { text: [told, await wholePage(session, page, atOnce)].filter(Boolean).join('\n') };
}

async function currentOrNew({ tabs, context }: Session): Promise<Page> {
  const page = tabs.all().length === 0 ? await context.newPage() : tabs.current();
  if (await answers(page)) return page;
  // A script that never ends holds up every navigation, too.
  void page.close().catch(() => undefined);
  const fresh = await context.newPage();
  tabs.choose(tabs.all().indexOf(fresh) + 1);
  return fresh;
}

async function snapshot(session: Session, { scope, query, since, from, tab }: Of<'snapshot'>): Promise<BrowserAnswer> {
  if (tab !== undefined) session.tabs.choose(tab);
  const page = session.tabs.current();
  const before = since === undefined ? undefined : session.snapshots.get(since);
  if (since !== undefined && before === undefined)
    throw new MagusError('tool-input', `There is no snapshot ${since} any more. Leave since out.`, {
      code: 'NO_SNAPSHOT',
    });
  const { nodes, lines: whole, head } = await look(session, page);
  const part = scope === undefined ? whole : partOf(nodes, scope);
  const changed = before === undefined ? part : changedLines(before, part);
  const lines = query === undefined ? changed : linesAbout(changed, query);
  if (lines.length > 0) return { text: `${head}\n${showLines(lines, from, mostCharacters - head.length - 1)}` };
  const nothing =
    query !== undefined ? `Nothing here holds ${said(query)}.` : before ? 'Nothing has changed.' : 'The page is empty.';
  return { text: `${head}\n${nothing}` };
}

async function doAct(session: Session, work: Of<'act'>): Promise<BrowserAnswer> {
  const page = session.tabs.current();
  const before = new Set(session.logs.pending());
  const [address, lines] = [page.url(), session.snapshots.lastOf(page)];
  const done = await act(page, work, session.sending);
  session.recorded.push(done.code);
  await settle(page, session.logs, before);
  const now = session.tabs.current();
  if (now !== page) await settle(now, session.logs, before);
  if (now !== page || pathOf(now.url()) !== pathOf(address) || lines === undefined)
    return { text: `${done.said}\n${await wholePage(session, now, atOnce)}` };
  const after = await look(session, now);
  const changed = changedLines(lines, after.lines);
  const told = changed.length === 0 ? 'Nothing on the page has changed.' : showLines(changed, 1, atOnce);
  return { text: `${done.said} ${after.head}\n${told}` };
}

async function wait(session: Session, work: Of<'wait'>): Promise<BrowserAnswer> {
  const page = session.tabs.current();
  const met = await waitFor(session, work);
  if (met instanceof Object) return downloaded(met, work.content);
  const before = session.snapshots.lastOf(page);
  const { lines: after, head } = await look(session, page);
  const changed = before === undefined ? after : changedLines(before, after);
  return { text: [met, head, showLines(changed, 1, atOnce)].filter(Boolean).join('\n') };
}

async function downloaded(download: Download, content: boolean): Promise<BrowserAnswer> {
  const name = download.suggestedFilename();
  const failure = await download.failure();
  if (failure !== null)
    throw new MagusError('tool-failed', `The download ${said(name)} failed: ${failure}.`, { code: 'NO_DOWNLOAD' });
  const bytes = await readFile(await download.path());
  const text = `The download ${said(name)} is there: ${bytes.length} bytes.`;
  if (!content) return { text: `${text} Keep it by waiting for it with "save_as": a path in the workspace.` };
  if (bytes.length <= largestDownload) return { text, file: { name, content: bytes } };
  throw new MagusError('tool-failed', `${text} That is more than the 20 MB that are kept.`, { code: 'TOO_LARGE' });
}

async function screenshot(session: Session, { ref, fullPage }: Of<'screenshot'>): Promise<BrowserAnswer> {
  const page = session.tabs.current();
  const target = ref === undefined ? page : await elementOf(page, ref);
  const take = (type: 'png' | 'jpeg'): Promise<Buffer> =>
    target.screenshot({
      type,
      ...(type === 'jpeg' ? { quality: 60 } : {}),
      ...(ref === undefined ? { fullPage } : {}),
      timeout: 15_000,
      animations: 'disabled',
    });
  const png = await take('png');
  const image = png.length <= largestImage ? png : await take('jpeg');
  if (image.length <= largestImage) return { text: `${await headOf(session, page)}\nThe picture follows.`, image };
  throw new MagusError('tool-failed', 'The picture is too large. Take it without full_page, or of one element.', {
    code: 'TOO_LARGE',
  });
}

async function logs(session: Session, { kind, query }: Of<'logs'>): Promise<BrowserAnswer> {
  if (kind === 'test') {
    const title = await session.tabs.current().title();
    const text = testFile(session.recorded, title);
    return { text, file: { name: 'recorded.spec.ts', content: Buffer.from(text) } };
  }
  const all =
    kind === 'downloads' ? session.logs.downloads.map((each) => said(each.suggestedFilename())) : session.logs[kind];
  const lines = query === undefined ? all : all.filter((line) => line.toLowerCase().includes(query.toLowerCase()));
  const text = lines.join('\n');
  if (text === '') return { text: `Nothing in the ${kind} log${query === undefined ? '' : ` with ${said(query)}`}.` };
  return { text: text.length <= longestLogs ? text : `[older lines left out]\n${text.slice(-longestLogs)}` };
}

async function wholePage(session: Session, page: Page, most: number): Promise<string> {
  const { lines, head } = await look(session, page);
  return `${head}\n${lines.length === 0 ? 'The page is empty.' : showLines(lines, 1, most)}`;
}

function pathOf(address: string): string {
  return address.replace(/[?#].*$/, '');
}
