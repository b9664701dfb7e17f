import * as vscode from 'vscode';
import type { Diagnostic, ProblemState, ProblemWatch } from '../core/editor-port.ts';

/** Servers publish a file's problems in several pieces. */
const quietMs = 300;
const patienceMs = 1000;
/** For languages of which nobody has ever told a problem while somebody waited. */
const brieflyMs = 300;
const mostOpened = 10;

/** Languages that were waited for in vain, and those of which problems were told at any time since. */
const heardOf = new Map<string, boolean>();
let listens = false;

/** A server may begin to speak long after the edit for which it was waited. */
function listenForLanguages(): void {
  if (listens) return;
  listens = true;
  vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    const told = new Set(uris.map(String));
    for (const { uri, languageId } of vscode.workspace.textDocuments)
      if (told.has(uri.toString())) heardOf.set(languageId, true);
  });
}

/** Opens the files, so that language servers look at them, and listens from now on. */
export function watchProblems(paths: readonly string[], problemsNow: () => readonly Diagnostic[]): ProblemWatch {
  listenForLanguages();
  const files = paths.map((path) => vscode.Uri.file(path).fsPath);
  const before = stateOf(files, problemsNow());
  const unseen = files.filter((file) => !before.lines.has(file) && !before.problems.some(({ path }) => path === file));
  let changed = (_uris: readonly vscode.Uri[]): void => {};
  const listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => changed(uris));
  void openAll(files);
  const after = async (signal: AbortSignal): ReturnType<ProblemWatch['after']> => {
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
    let heard = false;
    let quiet: NodeJS.Timeout | undefined;
    changed = (uris) => {
      heard ||= uris.some(({ scheme, fsPath }) => scheme === 'file' && files.includes(fsPath));
      if (!heard) return;
      clearTimeout(quiet);
      quiet = setTimeout(settle, quietMs);
    };
    let late: NodeJS.Timeout | undefined;
    const onAbort = (): void => settle();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) settle();
    // What the edit made is not open yet.
    const languages = openAll(files).then((found) => {
      const inVain = found.every((language) => heardOf.get(language) === false);
      late = setTimeout(settle, inVain ? brieflyMs : patienceMs);
      return found;
    });
    const latest = setTimeout(settle, patienceMs);
    await settled;
    signal.removeEventListener('abort', onAbort);
    listener.dispose();
    for (const timer of [quiet, late, latest]) clearTimeout(timer);
    if (!signal.aborted) void languages.then((found) => learn(found, heard));
    return { ...stateOf(files, problemsNow()), heard };
  };
  return { before, unseen, after, stop: () => void listener.dispose() };
}

function learn(languages: readonly string[], heard: boolean): void {
  for (const language of languages) heardOf.set(language, heard || (heardOf.get(language) ?? false));
}

/** The languages of those that are there. */
async function openAll(files: readonly string[]): Promise<readonly string[]> {
  const opened = files.slice(0, mostOpened).map((file) =>
    vscode.workspace.openTextDocument(vscode.Uri.file(file)).then(
      ({ languageId }) => [languageId],
      // Not there, no text, or too large.
      () => [],
    ),
  );
  return (await Promise.all(opened)).flat();
}

function stateOf(files: readonly string[], problems: readonly Diagnostic[]): ProblemState {
  const open = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === 'file' && files.includes(uri.fsPath));
  return { problems, lines: new Map(open.map(({ uri, lineCount }) => [uri.fsPath, lineCount])) };
}
