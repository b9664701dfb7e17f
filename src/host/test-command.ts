import * as vscode from 'vscode';
import { MagusError } from '../core/errors/magus-error.ts';
import { visibleText } from '../protocol/visible-text.ts';
import type { TaskService } from './task-service.ts';
import { workspaceRoots } from './task-service.ts';

/** Says, as a document, what the policy would make of a command; nothing runs. Asks for it where none is given. */
export async function testCommand(tasks: TaskService, given: unknown): Promise<void> {
  const command = typeof given === 'string' ? given : await askForCommand();
  if (command === undefined || command.trim() === '') return;
  const ports = await tasks.ports();
  const tool = ports.tools.find(({ name }) => name === 'run_command');
  const roots = await Promise.all(workspaceRoots().map(async (root) => (await ports.files.facts(root)).real));
  if (!tool || roots.length === 0) {
    throw new MagusError('user-input', 'Commands run in a folder. Open one with File: Open Folder.', {
      code: 'NO_FOLDER',
    });
  }
  const { explainCall, explanationLines } = await import('../core/security/explain-command.ts');
  const lines = explanationLines(await explainCall(ports, tool, { command }, roots)).map(visibleText);
  const content = ['OpenMagus: what would happen to this command', '', visibleText(command), '', ...lines, ''].join(
    '\n',
  );
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'plaintext', content }));
}

function askForCommand(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'OpenMagus: What Would Happen to This Command',
    prompt: 'Nothing runs. Rules of your own are in the setting openmagus.rules.',
    placeHolder: 'git push',
  });
}
