import * as vscode from 'vscode';
import type { MemoryRecord } from '../../protocol/memory.ts';
import type { MemoryChoice } from '../../protocol/memory-choice.ts';
import type { Host } from '../commands.ts';
import type { Confirmation } from '../confirm.ts';
import { askMemoryChoice } from './ask-memory-choice.ts';
import { requireTrust } from './memory-desk.ts';

type ForgetHost = Pick<Host, 'memories' | 'confirmer'>;

const mostNamed = 10;

/** A choice, a row of the memory tree, or nothing: then the person is asked which. Nothing goes without a yes to what will go. */
export async function forgetMemories({ memories, confirmer }: ForgetHost, given: unknown): Promise<void> {
  requireTrust();
  const choice = (await choiceOf(given)) ?? (await askMemoryChoice(memories));
  if (!choice) return;
  const records = await memories.chosen(choice);
  if (records.length === 0) {
    void vscode.window.showInformationMessage('OpenMagus: nothing like that is remembered.');
    return;
  }
  if (!(await confirmer.confirm(confirmationOf(records)))) return;
  const { count, waiting } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'OpenMagus: forgetting' },
    () => memories.forget(records.map(({ id }) => id)),
  );
  const later = waiting.length > 0 ? ` ${waiting.join(' and ')} could not be told yet and will be on answering.` : '';
  void vscode.window.showInformationMessage(`OpenMagus: ${count} forgotten.${later}`);
}

async function choiceOf(given: unknown): Promise<MemoryChoice | undefined> {
  if (typeof given !== 'object' || given === null) return undefined;
  if ('record' in given) return { ids: [(given as { record: MemoryRecord }).record.id] };
  const { memoryChoiceSchema } = await import('../../protocol/memory-choice.ts');
  return memoryChoiceSchema.parse(given);
}

function confirmationOf(records: readonly MemoryRecord[]): Confirmation {
  const named = records.slice(0, mostNamed).map(({ kind, title }) => `${kind}: ${title.slice(0, 100)}`);
  const more = records.length > named.length ? `\n… and ${records.length - named.length} more` : '';
  const title = records.length === 1 ? 'Forget this memory?' : `Forget these ${records.length} memories?`;
  const detail = `${named.join('\n')}${more}\n\nThey are erased here and on the configured servers. This cannot be undone.`;
  return { title, detail, action: 'Forget' };
}
