import path from 'node:path';
import * as vscode from 'vscode';
import { MagusError } from '../../core/errors/magus-error.ts';
import { workspaceRoots } from '../task-service.ts';

/** Opens a cited line beside the panel. Throws `user-input` where the file is in none of the open folders. */
export async function openLine(cited: string, line: number): Promise<void> {
  for (const root of workspaceRoots()) {
    const file = path.resolve(root, cited);
    if (file !== root && !file.startsWith(root + path.sep)) continue;
    const document = await openedDocument(vscode.Uri.file(file));
    if (!document) continue;
    const { range } = document.lineAt(Math.min(line, document.lineCount) - 1);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, selection: range });
    return;
  }
  throw new MagusError('user-input', `${cited} is in none of the open folders. Open the folder it belongs to.`);
}

async function openedDocument(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    return undefined; // Not in this folder, or gone: the next one may have it.
  }
}
