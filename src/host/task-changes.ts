import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { MagusError } from '../core/errors/magus-error.ts';
import type { FileChange } from '../protocol/task-event.ts';
import type { TaskService } from './task-service.ts';

const scheme = 'openmagus-before';

/** Shows what the task changed, file by file, in VS Code's own multi-file diff. */
export async function reviewChanges(tasks: TaskService, taskId: string): Promise<void> {
  const changes = await netChanges(tasks, taskId);
  if (changes.length === 0) throw new MagusError('user-input', 'This task has changed no files.');
  const resources = changes.map((change) => {
    const uri = vscode.Uri.file(change.path);
    return [
      uri,
      change.before === null ? undefined : uri.with({ scheme, query: change.before }),
      change.after === null ? undefined : uri,
    ];
  });
  await vscode.commands.executeCommand('vscode.changes', 'OpenMagus: changes of the task', resources);
}

/** Puts former contents back, through VS Code's preview; refuses when a file has changed since. */
export async function undoTask(tasks: TaskService, taskId: string): Promise<void> {
  const ports = await tasks.ports();
  const edit = new vscode.WorkspaceEdit();
  const metadata: vscode.WorkspaceEditEntryMetadata = {
    needsConfirmation: true,
    label: 'Undo task',
    description: 'Former content',
  };
  const changes = await netChanges(tasks, taskId);
  if (changes.length === 0) throw new MagusError('user-input', 'This task has changed no files.');
  for (const change of changes) {
    const uri = vscode.Uri.file(change.path);
    if ((await currentHash(uri)) !== change.after)
      throw new MagusError(
        'user-input',
        `${vscode.workspace.asRelativePath(uri)} has changed since the task ended. Use OpenMagus: Review Changes and undo by hand.`,
        { code: 'STALE' },
      );
    if (change.before === null) {
      edit.deleteFile(uri, { ignoreIfNotExists: true }, metadata);
      continue;
    }
    const contents = await ports.preImages.get(change.before);
    if (!contents)
      throw new MagusError(
        'tool-failed',
        `The former content of ${vscode.workspace.asRelativePath(uri)} is no longer kept. Use version control to restore it.`,
      );
    edit.createFile(uri, { overwrite: true, contents }, metadata);
  }
  await vscode.workspace.applyEdit(edit);
}

export function registerFormerContents(tasks: TaskService): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: async (uri) => {
      const content = await (await tasks.ports()).preImages.get(uri.query);
      return content ? new TextDecoder().decode(content) : '(The former content is no longer kept.)';
    },
  });
}

/** First state before and last state after, for each file the task has changed. */
async function netChanges(tasks: TaskService, taskId: string): Promise<readonly FileChange[]> {
  const net = new Map<string, FileChange>();
  for (const { event } of await tasks.events(taskId)) {
    if (event.type !== 'tool-call-ended') continue;
    for (const change of event.changes ?? []) {
      const first = net.get(change.path);
      net.set(change.path, { path: change.path, before: first ? first.before : change.before, after: change.after });
    }
  }
  return [...net.values()].filter((change) => change.before !== change.after);
}

async function currentHash(uri: vscode.Uri): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await vscode.workspace.fs.readFile(uri))
      .digest('hex');
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return null;
    throw error;
  }
}
