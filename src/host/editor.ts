import * as vscode from 'vscode';
import type { Diagnostic, Editor } from '../core/editor-port.ts';
import { vscodeCode } from './code-providers.ts';
import { watchProblems } from './watch-problems.ts';

/** What VS Code knows about files: unsaved text, problems, code. */
export const vscodeEditor: Editor = {
  code: vscodeCode,
  watchProblems: (paths) => watchProblems(paths, () => vscodeEditor.diagnostics([]) ?? []),
  unsaved: (paths) => {
    const dirty = new Set(
      vscode.workspace.textDocuments.filter((document) => document.isDirty).map((document) => document.uri.fsPath),
    );
    return paths.filter((path) => dirty.has(vscode.Uri.file(path).fsPath));
  },
  diagnostics: (paths) => {
    if (paths.length > 0)
      return paths.flatMap((path) =>
        diagnosticsOf(vscode.Uri.file(path), vscode.languages.getDiagnostics(vscode.Uri.file(path))),
      );
    return vscode.languages
      .getDiagnostics()
      .flatMap(([uri, found]) => (uri.scheme === 'file' ? diagnosticsOf(uri, found) : []));
  },
};

/** Places where this version of VS Code may keep its own ripgrep, best first. */
export function ripgrepCandidates(): readonly string[] {
  const name = process.platform === 'win32' ? 'rg.exe' : 'rg';
  const root = vscode.env.appRoot;
  return [
    `${root}/node_modules/@vscode/ripgrep-universal/bin/${process.platform}-${process.arch}/${name}`,
    `${root}/node_modules/@vscode/ripgrep/bin/${name}`,
    `${root}/node_modules.asar.unpacked/@vscode/ripgrep/bin/${name}`,
  ];
}

const severities = ['error', 'warning', 'information', 'hint'] as const;

function diagnosticsOf(uri: vscode.Uri, found: readonly vscode.Diagnostic[]): Diagnostic[] {
  return found.map((diagnostic) => ({
    path: uri.fsPath,
    line: diagnostic.range.start.line + 1,
    severity: severities[diagnostic.severity] ?? 'hint',
    message: diagnostic.message,
    source: diagnostic.source ?? '',
  }));
}
