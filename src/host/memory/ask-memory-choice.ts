import * as vscode from 'vscode';
import type { MemoryChoice } from '../../protocol/memory-choice.ts';
import type { MemoryDesk } from './memory-desk.ts';

interface Way extends vscode.QuickPickItem {
  readonly ask: (memories: MemoryDesk) => Promise<MemoryChoice | undefined>;
}

const title = 'OpenMagus: forget';
const hourMs = 3_600_000;

const ways: readonly Way[] = [
  { label: '$(list-selection) One or several…', ask: askOnes },
  { label: '$(search) By words…', description: 'what is found by them', ask: askWords },
  { label: '$(file) By source…', description: 'a task, an import, you', ask: askSource },
  { label: '$(calendar) By time…', description: 'all of a while', ask: askTime },
  { label: '$(trash) Everything', description: 'of all folders', ask: async () => ({ all: true }) },
];

/** Asks which memories are meant; undefined: the person went away. */
export async function askMemoryChoice(memories: MemoryDesk): Promise<MemoryChoice | undefined> {
  const way = await vscode.window.showQuickPick(ways, { title, placeHolder: 'Which memories?' });
  return way?.ask(memories);
}

async function askOnes(memories: MemoryDesk): Promise<MemoryChoice | undefined> {
  const rows = await rowsOf(memories);
  const placeHolder = rows.length === 0 ? 'Nothing is remembered yet' : 'Which ones?';
  const picked = await vscode.window.showQuickPick(rows, { title, placeHolder, canPickMany: true });
  return picked && picked.length > 0 ? { ids: picked.map(({ id }) => id) } : undefined;
}

async function rowsOf(memories: MemoryDesk) {
  const { entries } = await memories.look({ kind: null, text: '', everywhere: true });
  return entries.map(({ record: { id, kind, at, source, title: label } }) => ({
    id,
    source,
    label,
    description: `${kind}, ${at.slice(0, 10)}`,
  }));
}

async function askWords(): Promise<MemoryChoice | undefined> {
  const query = await vscode.window.showInputBox({
    title,
    prompt: 'Memories about what? You see them before they go.',
  });
  return query?.trim() ? { query: query.trim() } : undefined;
}

async function askSource(memories: MemoryDesk): Promise<MemoryChoice | undefined> {
  const sources = [...new Set((await rowsOf(memories)).map(({ source }) => source))];
  const placeHolder = sources.length === 0 ? 'Nothing is remembered yet' : 'Everything that came from where?';
  const source = await vscode.window.showQuickPick(sources, { title, placeHolder });
  return source === undefined ? undefined : { source };
}

async function askTime(): Promise<MemoryChoice | undefined> {
  const ago = (hours: number): string => new Date(Date.now() - hours * hourMs).toISOString();
  const whiles: readonly (vscode.QuickPickItem & { readonly choice?: MemoryChoice })[] = [
    { label: 'The last hour', choice: { from: ago(1) } },
    { label: 'The last 24 hours', choice: { from: ago(24) } },
    { label: 'The last 7 days', choice: { from: ago(7 * 24) } },
    { label: 'Older than 30 days', choice: { to: ago(30 * 24) } },
    { label: 'From one day to another…' },
  ];
  const picked = await vscode.window.showQuickPick(whiles, { title, placeHolder: 'Of which time?' });
  if (!picked || picked.choice) return picked?.choice;
  const from = await askDay('From which day on? (2026-11-24)');
  const last = from && (await askDay('Up to and with which day?'));
  if (!from || !last) return undefined;
  return { from: from.toISOString(), to: new Date(last.getTime() + 24 * hourMs).toISOString() };
}

async function askDay(prompt: string): Promise<Date | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt,
    validateInput: (typed) => (dayOf(typed) ? undefined : 'A day such as 2026-11-24'),
  });
  return text === undefined ? undefined : dayOf(text);
}

/** Midnight here. */
function dayOf(text: string): Date | undefined {
  const day = new Date(`${text.trim()}T00:00`);
  return /^\d{4}-\d\d-\d\d$/.test(text.trim()) && !Number.isNaN(day.getTime()) ? day : undefined;
}
