import * as vscode from 'vscode';
import type { Host } from '../commands.ts';

/** From the tree or the panel the memory is given; from the palette one of those that wait is picked. */
export async function reviewMemory(
  { memories }: Pick<Host, 'memories'>,
  given: unknown,
  accepted: boolean,
): Promise<void> {
  const id = idIn(given) ?? (await pick(memories, accepted));
  if (id !== undefined) await memories.review(id, accepted);
}

function idIn(given: unknown): string | undefined {
  if (typeof given === 'string') return given;
  if (typeof given !== 'object' || given === null || !('record' in given)) return undefined;
  const { record } = given;
  return typeof record === 'object' && record !== null && 'id' in record ? String(record.id) : undefined;
}

async function pick(memories: Host['memories'], accepted: boolean): Promise<string | undefined> {
  const waiting = await memories.toReview();
  if (waiting.length === 0) {
    void vscode.window.showInformationMessage('No memory waits for your review.');
    return undefined;
  }
  const items = waiting.map(({ id, title, text }) => {
    const detail = text.length > 300 ? `${text.slice(0, 300)}…` : text;
    return { label: title, detail, id };
  });
  const title = accepted ? 'Accept which memory?' : 'Reject and forget which memory?';
  return (await vscode.window.showQuickPick(items, { title, matchOnDetail: true }))?.id;
}
