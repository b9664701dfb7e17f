import * as vscode from 'vscode';

const refactorKind = vscode.CodeActionKind.RefactorRewrite.append('magus');
const quickFixKind = vscode.CodeActionKind.QuickFix.append('magus');

/** Offers OpenMagus on selections and on problems; nothing is computed before it is chosen. */
export function registerCodeActions(): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    { provideCodeActions: (document, range, context) => [...fixes(document, context), ...rewrites(document, range)] },
    { providedCodeActionKinds: [refactorKind, quickFixKind] },
  );
}

function fixes(document: vscode.TextDocument, context: vscode.CodeActionContext): vscode.CodeAction[] {
  return context.diagnostics.slice(0, 3).map((diagnostic) => {
    const action = new vscode.CodeAction(`Fix with OpenMagus: ${diagnostic.message.slice(0, 60)}`, quickFixKind);
    action.diagnostics = [diagnostic];
    action.command = { command: 'openmagus.fixDiagnostic', title: action.title, arguments: [document.uri, diagnostic] };
    return action;
  });
}

function rewrites(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
  if (range.isEmpty) return [];
  const offers = [
    ['Explain with OpenMagus', 'openmagus.explainSelection'],
    ['Fix with OpenMagus', 'openmagus.fixSelection'],
    ['Refactor with OpenMagus', 'openmagus.refactorSelection'],
    ['Document with OpenMagus', 'openmagus.documentSelection'],
    ['Write Tests with OpenMagus', 'openmagus.testSelection'],
  ] as const;
  return offers.map(([title, command]) => {
    const action = new vscode.CodeAction(title, refactorKind);
    action.command = { command, title, arguments: [document.uri, range] };
    return action;
  });
}
