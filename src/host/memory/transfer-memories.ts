import * as vscode from 'vscode';
import { MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';
import type { Imported } from '../../core/memory/import-lines.ts';
import { memoryKinds } from '../../protocol/memory.ts';
import type { Host } from '../commands.ts';
import { requireTrust } from './memory-desk.ts';

type TransferHost = Pick<Host, 'tasks' | 'memories'>;

const filters = { 'JSON lines': ['jsonl'], 'All files': ['*'] };
const fileName = 'openmagus-memories.jsonl';

/** Everything remembered into a file of JSON lines, as `openmagus memory export` writes them. */
export async function exportMemories({ tasks }: TransferHost, given: unknown): Promise<void> {
  const file = isUri(given) ? given : await vscode.window.showSaveDialog({ filters, defaultUri: besideFolder() });
  if (!file) return;
  const { exportLines } = await import('../../core/memory/export-lines.ts');
  const pieces: string[] = [];
  for await (const lines of exportLines(await tasks.ports(), memoryKinds, new AbortController().signal))
    pieces.push(lines);
  const text = pieces.join('');
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  const count = text.split('\n').length - 1;
  void vscode.window.showInformationMessage(`OpenMagus: ${count} memories are in ${file.fsPath}.`);
}

/** Good lines come in, wrong ones are listed in an editor with their numbers. */
export async function importMemories({ tasks, memories }: TransferHost, given: unknown): Promise<void> {
  requireTrust();
  const chosen = isUri(given) ? [given] : await vscode.window.showOpenDialog({ filters, openLabel: 'Import' });
  const file = chosen?.[0];
  if (!file) return;
  const { importLines } = await import('../../core/memory/import-lines.ts');
  const lines = (await textOf(file)).split(/\r?\n/);
  const ports = await tasks.ports();
  const imported = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'OpenMagus: importing memories' },
    () => importLines(ports, lines, new AbortController().signal),
  );
  memories.changed();
  if (imported.bad.length > 0) await listWrong(file, imported);
  void vscode.window.showInformationMessage(
    `OpenMagus: ${imported.good} memories came in, ${imported.bad.length} lines were wrong.`,
  );
}

async function listWrong(file: vscode.Uri, { good, bad }: Imported): Promise<void> {
  const content = `${good} lines of ${file.fsPath} came in. These are wrong; mend them and import the file again:\n\n${bad.join('\n')}\n`;
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'plaintext', content }));
}

async function textOf(file: vscode.Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch (cause) {
    const reason = messageOf(cause);
    throw new MagusError('user-input', `${file.fsPath} cannot be read: ${reason}`, { cause });
  }
}

function besideFolder(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return folder ? vscode.Uri.joinPath(folder, fileName) : vscode.Uri.file(fileName);
}

function isUri(given: unknown): given is vscode.Uri {
  return given instanceof vscode.Uri;
}
