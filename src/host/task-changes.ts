import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { MagusError } from '../core/errors/magus-error.ts';
import type { FileChange, TaskEvent } from '../protocol/task-event.ts';
import type { TaskService } from './task-service.ts';

const formerScheme = 'openmagus-before';
const resultScheme = 'openmagus-result';

/** Shows what the task changed, file by file, in VS Code's own multi-file diff. */
export async function reviewChanges(tasks: TaskService, taskId: string): Promise<void> {
  const changes = netChanges(await changesOf(tasks, taskId));
  if (changes.length === 0) throw new MagusError('user-input', 'This task has changed no files.');
  const resources = changes.map((change) => {
    const uri = vscode.Uri.file(change.path);
    return [uri, formerUri(change.path, change.before), change.after === null ? undefined : uri];
  });
  await vscode.commands.executeCommand('vscode.changes', 'OpenMagus: changes of the task', resources);
}

/** Shows what one call did to one file, as it was just before and just after. */
export async function reviewCall(
  tasks: TaskService,
  place: { readonly taskId: string; readonly callId: string; readonly path: string },
): Promise<void> {
  const { taskId, callId, path } = place;
  const change = (await changesOf(tasks, taskId, callId)).findLast((candidate) => candidate.path === path);
  if (!change) throw new MagusError('user-input', 'This call did not change that file.');
  const uri = vscode.Uri.file(path);
  // The file itself where it is still what the call left behind: there one can go on editing.
  const current = change.after !== null && (await currentHash(uri)) === change.after;
  await vscode.commands.executeCommand(
    'vscode.diff',
    formerUri(path, change.before) ?? emptyUri(path),
    current ? uri : (formerUri(path, change.after) ?? emptyUri(path)),
    `${vscode.workspace.asRelativePath(uri)} (this call)`,
    { preview: true },
  );
}

/** The whole result of a call as a read-only document. */
export async function showResult(place: { readonly taskId: string; readonly callId: string }): Promise<void> {
  const uri = vscode.Uri.from({ scheme: resultScheme, path: `/${place.callId}.txt`, query: place.taskId });
  await vscode.window.showTextDocument(uri, { preview: true });
}

/** Serves former contents and results as read-only documents. */
export function registerTaskDocuments(tasks: TaskService): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(formerScheme, {
      provideTextDocumentContent: async (uri) => {
        if (uri.query === '') return '';
        const content = await (await tasks.ports()).preImages.get(uri.query);
        return content ? new TextDecoder().decode(content) : '(This content is no longer kept.)';
      },
    }),
    vscode.workspace.registerTextDocumentContentProvider(resultScheme, {
      provideTextDocumentContent: async (uri) => {
        const callId = uri.path.slice(1, -'.txt'.length);
        const ended = (await tasks.events(uri.query)).map(({ event }) => event).findLast(isEndOf(callId));
        return ended?.content ?? '(This call has not ended.)';
      },
    }),
  );
}

/** What the task did to files, oldest first; with changes that a crash left announced but unanswered. */
export async function changesOf(tasks: TaskService, taskId: string, callId?: string): Promise<readonly FileChange[]> {
  const events = (await tasks.events(taskId)).map(({ event }) => event);
  const answered = new Set(events.flatMap((event) => (event.type === 'tool-call-ended' ? [event.callId] : [])));
  return events.flatMap((event) => {
    if (event.type === 'files-changing' && !answered.has(event.callId)) return [...event.changes];
    if (event.type !== 'tool-call-ended') return [];
    return callId === undefined || event.callId === callId ? [...(event.changes ?? [])] : [];
  });
}

/** First state before and last state after, for each file. */
function netChanges(changes: readonly FileChange[]): readonly FileChange[] {
  const net = new Map<string, FileChange>();
  for (const change of changes) {
    const first = net.get(change.path);
    net.set(change.path, { path: change.path, before: first ? first.before : change.before, after: change.after });
  }
  return [...net.values()].filter((change) => change.before !== change.after);
}

function isEndOf(callId: string) {
  return (event: TaskEvent): event is Extract<TaskEvent, { type: 'tool-call-ended' }> =>
    event.type === 'tool-call-ended' && event.callId === callId;
}

function formerUri(path: string, sha256: string | null): vscode.Uri | undefined {
  return sha256 === null ? undefined : vscode.Uri.file(path).with({ scheme: formerScheme, query: sha256 });
}

function emptyUri(path: string): vscode.Uri {
  return vscode.Uri.file(path).with({ scheme: formerScheme });
}

async function currentHash(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return createHash('sha256')
      .update(await vscode.workspace.fs.readFile(uri))
      .digest('hex');
  } catch {
    return undefined; // Gone or unreadable: not what the call left behind.
  }
}
