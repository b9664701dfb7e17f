import * as vscode from 'vscode';
import { MagusError } from '../core/errors/magus-error.ts';
import type { Mention, MentionCandidate } from '../protocol/chat-view.ts';
import type { ContextItem } from '../protocol/task-start.ts';
import { finishedCommands } from './terminal-commands.ts';

const mostCandidates = 30;
/** Characters of one mention that go to the model; the task reads more by itself. */
const mostText = 100_000;
const mostBytes = 5_000_000;

/** What `@query` may mean, the nearest first: selection, problems, terminal commands, open files, then all files and folders. */
export async function findMentions(query: string): Promise<readonly MentionCandidate[]> {
  const wanted = query.toLowerCase();
  const near = [...selections(), ...problemLists(), ...terminals(), ...openFiles()];
  const fitting = near.filter(({ kind, label }) => `${kind} ${label}`.toLowerCase().includes(wanted));
  const found = wanted === '' ? [] : await searchFiles(wanted);
  const unique = new Map(
    [...fitting, ...found].map((candidate) => [`${candidate.kind} ${candidate.place}`, candidate]),
  );
  return [...unique.values()].slice(0, mostCandidates);
}

/** The content of a mention, read now. Throws `user-input` when it is gone. */
export async function readMention({ kind, label, place }: Mention): Promise<ContextItem> {
  switch (kind) {
    case 'file':
      return { kind, label, text: await fileText(inWorkspace(place, label)) };
    case 'folder':
      return { kind, label, text: await folderText(inWorkspace(place, label)) };
    case 'selection':
      return { kind, label, text: await selectionText(place, label) };
    case 'problems':
      return { kind, label, text: problemText(place) };
    case 'terminal': {
      const command = finishedCommands().find(({ id }) => id === place);
      if (!command) throw gone(label);
      return { kind, label, text: `$ ${command.line}\nexit code: ${command.exitCode ?? 'unknown'}\n${command.output}` };
    }
    default:
      return kind satisfies never;
  }
}

function selections(): MentionCandidate[] {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (!editor || editor.selection.isEmpty || !vscode.workspace.getWorkspaceFolder(editor.document.uri)) return [];
  const { start, end } = editor.selection;
  const label = `${shownPath(editor.document.uri)}:${start.line + 1}-${end.line + 1}`;
  const place = `${editor.document.uri.toString()}#L${start.line + 1}-L${end.line + 1}`;
  return [{ kind: 'selection', label, place, detail: 'Selection' }];
}

function problemLists(): MentionCandidate[] {
  const count = problemsOf('').length;
  if (count === 0) return [];
  const all: MentionCandidate = { kind: 'problems', label: 'problems', place: '', detail: `${count} in the workspace` };
  const uri = vscode.window.activeTextEditor?.document.uri;
  const own = uri ? problemsOf(uri.toString()).length : 0;
  if (!uri || own === 0) return [all];
  return [
    { kind: 'problems', label: `problems in ${shownPath(uri)}`, place: uri.toString(), detail: `${own} in this file` },
    all,
  ];
}

function terminals(): MentionCandidate[] {
  return finishedCommands().map(({ id, line, exitCode }) => ({
    kind: 'terminal',
    label: line.slice(0, 100),
    place: id,
    detail: `Terminal${exitCode === undefined ? '' : `, exit code ${exitCode}`}`,
  }));
}

function openFiles(): MentionCandidate[] {
  const inputs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.input));
  return inputs.flatMap((input) =>
    input instanceof vscode.TabInputText && vscode.workspace.getWorkspaceFolder(input.uri)
      ? [fileCandidate(input.uri)]
      : [],
  );
}

async function searchFiles(wanted: string): Promise<MentionCandidate[]> {
  const glob = [...wanted].map(eitherCase).join('');
  const [files, inside] = await Promise.all([
    vscode.workspace.findFiles(`**/${glob.includes('/') ? '' : '*'}${glob}*`, undefined, 60),
    vscode.workspace.findFiles(`**/*${glob}*/**`, undefined, 60),
  ]);
  const folders = new Map<string, MentionCandidate>();
  for (const uri of inside) {
    const folder = folderHolding(uri, wanted);
    if (folder) folders.set(folder.place, folder);
  }
  const rank = ({ label }: MentionCandidate): number =>
    (label.toLowerCase().split('/').at(-1)?.startsWith(wanted) ? 0 : 1000) + label.length;
  return [...files.map(fileCandidate), ...folders.values()].sort((left, right) => rank(left) - rank(right));
}

/** The outermost folder on the way to the file whose name has the words in it. */
function folderHolding(uri: vscode.Uri, wanted: string): MentionCandidate | undefined {
  const path = shownPath(uri);
  const parts = path.split('/').slice(0, -1);
  const at = parts.findIndex((part) => part.toLowerCase().includes(wanted));
  if (at < 0) return undefined;
  const up = Array.from({ length: parts.length - at }, () => '..');
  const folder = vscode.Uri.joinPath(uri, ...up);
  return { kind: 'folder', label: `${parts.slice(0, at + 1).join('/')}/`, place: folder.toString(), detail: 'Folder' };
}

/** Glob for one character in upper or lower case; what a glob would read as its own becomes any character. */
function eitherCase(character: string): string {
  if (/[*?[\]{}!,\\]/.test(character)) return '?';
  const upper = character.toUpperCase();
  return upper === character || upper.length > 1 ? character : `[${character}${upper}]`;
}

function fileCandidate(uri: vscode.Uri): MentionCandidate {
  return { kind: 'file', label: shownPath(uri), place: uri.toString(), detail: 'File' };
}

function inWorkspace(place: string, label: string): vscode.Uri {
  const uri = vscode.Uri.parse(place, true);
  if (!vscode.workspace.getWorkspaceFolder(uri))
    throw new MagusError('user-input', `${label} is not in an open folder. Open its folder, or leave it out.`);
  return uri;
}

async function fileText(uri: vscode.Uri): Promise<string> {
  const label = shownPath(uri);
  const { size } = await existing(vscode.workspace.fs.stat(uri), label);
  if (size > mostBytes) return `(${size} bytes: too large to include. Read the parts that matter.)`;
  const bytes = await existing(vscode.workspace.fs.readFile(uri), label);
  return bytes.subarray(0, 8000).includes(0) ? '(binary file)' : new TextDecoder().decode(bytes).slice(0, mostText);
}

async function folderText(uri: vscode.Uri): Promise<string> {
  const entries = await existing(vscode.workspace.fs.readDirectory(uri), shownPath(uri));
  const names = entries.map(([name, type]) => (type & vscode.FileType.Directory ? `${name}/` : name));
  return names.sort().slice(0, 500).join('\n');
}

async function selectionText(place: string, label: string): Promise<string> {
  const [, address, first, last] = /^(.*)#L(\d+)-L(\d+)$/s.exec(place) ?? [];
  if (address === undefined) throw gone(label);
  const document = await existing(vscode.workspace.openTextDocument(inWorkspace(address, label)), label);
  return document.getText(new vscode.Range(Number(first) - 1, 0, Number(last), 0)).slice(0, mostText);
}

function problemsOf(place: string): { readonly uri: vscode.Uri; readonly problem: vscode.Diagnostic }[] {
  const all = vscode.languages.getDiagnostics().flatMap(([uri, found]) => found.map((problem) => ({ uri, problem })));
  const own = all.filter(({ uri }) =>
    place === '' ? vscode.workspace.getWorkspaceFolder(uri) : uri.toString() === place,
  );
  return own.filter(({ problem }) => problem.severity <= vscode.DiagnosticSeverity.Warning);
}

function problemText(place: string): string {
  const lines = problemsOf(place).map(
    ({ uri, problem }) =>
      `${shownPath(uri)}:${problem.range.start.line + 1}: ${problem.severity === 0 ? 'error' : 'warning'}: ${problem.source ?? ''} ${problem.message}`,
  );
  return lines.slice(0, 200).join('\n') || '(no problems)';
}

async function existing<T>(reading: Thenable<T>, label: string): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw gone(label, error);
  }
}

function gone(label: string, cause?: unknown): MagusError {
  return new MagusError(
    'user-input',
    `${label} can no longer be read. Take it out of the goal and point at it again.`,
    {
      cause,
    },
  );
}

function shownPath(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri);
}
