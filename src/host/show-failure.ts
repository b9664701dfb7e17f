import * as vscode from 'vscode';
import { toMagusError } from '../core/errors/magus-error.ts';
import { goesOn, type Remedy, remediesOf, remedyWords } from '../protocol/remedies.ts';

/** What each remedy runs; some go on with the task that failed. */
export const remedyCommands: Readonly<Record<Remedy, readonly [string, ...string[]]>> = {
  'manage-models': ['openmagus.manageModels'],
  configure: ['workbench.action.openSettings', '@ext:openmagus.openmagus'],
  'set-key': ['openmagus.setSecret'],
  'open-folder': ['workbench.action.files.openFolder'],
  'manage-trust': ['workbench.trust.manage'],
  'show-log': ['openmagus.showLog'],
  retry: ['openmagus.resumeTask'],
  resume: ['openmagus.resumeTask'],
};

/** A failure as a notification with buttons that open the right place; being cancelled is none. */
export async function showFailure(log: vscode.LogOutputChannel, error: unknown, taskId?: string): Promise<void> {
  const failure = toMagusError(error);
  if (failure.kind === 'cancelled') return;
  log.error(failure);
  const offered = remediesOf(failure.kind, failure.code).filter((remedy) => !goesOn(remedy) || taskId !== undefined);
  const chosen = await vscode.window.showErrorMessage(
    `OpenMagus: ${failure.message}`,
    ...offered.map((remedy) => remedyWords[remedy]),
  );
  const remedy = offered.find((candidate) => remedyWords[candidate] === chosen);
  if (remedy === undefined) return;
  const [command, ...given] = remedyCommands[remedy];
  await vscode.commands.executeCommand(command, ...(goesOn(remedy) ? [taskId] : given));
}
