import * as vscode from 'vscode';
import { MagusError } from '../core/errors/magus-error.ts';
import type { ContextItem, TaskMode } from '../protocol/task-start.ts';
import type { Host } from './commands.ts';

/** Characters of a selection that go along; more is read by the task itself. */
const selectionLimit = 100_000;

/** A command that starts a task on what is selected, or on the whole file when nothing is. */
export function selectionCommand(
  goal: string,
  mode: TaskMode,
): (host: Host, ...given: readonly unknown[]) => Promise<void> {
  return async (host, uri, range) => {
    const document =
      uri instanceof vscode.Uri
        ? await vscode.workspace.openTextDocument(uri)
        : vscode.window.activeTextEditor?.document;
    if (!document) throw new MagusError('user-input', 'Select some code in an editor first.');
    const selected = range instanceof vscode.Range ? range : vscode.window.activeTextEditor?.selection;
    const item = selectionItem(document, selected && !selected.isEmpty ? selected : undefined);
    await startShown(host, `${goal} (${item.label})`, mode, item);
  };
}

/** Takes `(uri, diagnostic)` from the code action; from the palette, the problem at the cursor. */
export async function fixDiagnostic(host: Host, uri?: unknown, problem?: unknown): Promise<void> {
  const document =
    uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : vscode.window.activeTextEditor?.document;
  const cursor = vscode.window.activeTextEditor?.selection.active;
  const diagnostic =
    problem instanceof vscode.Diagnostic
      ? problem
      : document &&
        cursor &&
        vscode.languages.getDiagnostics(document.uri).find((found) => found.range.contains(cursor));
  if (!document || !diagnostic) throw new MagusError('user-input', 'Put the cursor on a problem first.');
  const line = diagnostic.range.start.line;
  const around = new vscode.Range(
    Math.max(0, line - 10),
    0,
    Math.min(document.lineCount, diagnostic.range.end.line + 11),
    0,
  );
  const place = `${vscode.workspace.asRelativePath(document.uri)}:${line + 1}`;
  const problems: ContextItem = {
    kind: 'problems',
    label: place,
    text: `${diagnostic.source ?? 'problem'}: ${diagnostic.message}`,
  };
  await startShown(
    host,
    // The message is not the user's own word: it goes along as data.
    `Fix the problem at ${place}.`,
    'act',
    problems,
    selectionItem(document, around),
  );
}

async function startShown(host: Host, goal: string, mode: TaskMode, ...context: readonly ContextItem[]): Promise<void> {
  const taskId = await host.tasks.start({ goal, mode, context });
  await host.chat.open(taskId, false);
}

function selectionItem(document: vscode.TextDocument, range: vscode.Range | undefined): ContextItem {
  const path = vscode.workspace.asRelativePath(document.uri);
  const label = range ? `${path}:${range.start.line + 1}-${range.end.line + 1}` : path;
  return { kind: range ? 'selection' : 'file', label, text: document.getText(range).slice(0, selectionLimit) };
}
