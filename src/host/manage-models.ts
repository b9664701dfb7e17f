import * as vscode from 'vscode';
import { MagusError, toMagusError } from '../core/errors/magus-error.ts';
import type { DeploymentPicture } from '../protocol/model-picture.ts';
import { addModel } from './add-model.ts';
import type { Host } from './commands.ts';
import { modelMoved } from './model-moves.ts';
import { describeDeployment, stateIcon } from './model-words.ts';
import { readSettings, writeModels } from './settings.ts';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

/** “Manage Models”: everything about models in one list; given a deployment's id, what can be done with that one. */
export async function manageModels(host: Host, given?: unknown): Promise<void> {
  const id = typeof given === 'string' ? given : idOf(given);
  if (id !== undefined) return manageDeployment(host, id);
  const { desk, fault } = await openDesk(host);
  const groups = desk?.groups() ?? [];
  const deployments = groups.flatMap(({ name, roles, members }): readonly Choice[] => [
    { label: [name, ...roles].join(' · '), kind: vscode.QuickPickItemKind.Separator },
    ...members.map((member) => deploymentChoice(host, member)),
  ]);
  await choose('OpenMagus: models', [
    ...(fault === undefined
      ? []
      : [{ label: '$(error) The configuration is wrong', detail: fault, run: editSettings }]),
    { label: '$(add) Add a model…', run: () => addModel(host) },
    { label: '$(key) Set an API key…', run: () => vscode.commands.executeCommand('openmagus.setSecret') },
    { label: '$(json) Edit in settings.json', run: editSettings },
    ...deployments,
  ]);
}

function deploymentChoice(host: Host, member: DeploymentPicture): Choice {
  return {
    label: `$(${stateIcon(member)}) ${member.id}`,
    description: describeDeployment(member),
    ...(member.reason === undefined ? {} : { detail: member.reason }),
    run: () => manageDeployment(host, member.id),
  };
}

async function manageDeployment(host: Host, id: string): Promise<void> {
  const { desk } = await openDesk(host);
  const member = desk
    ?.groups()
    .flatMap(({ members }) => members)
    .find((found) => found.id === id);
  const loads: readonly Choice[] = [
    { label: '$(cloud-download) Load into memory', run: () => moveModel(host, id, 'load') },
    { label: '$(eject) Unload from memory', run: () => moveModel(host, id, 'unload') },
  ];
  await choose(`OpenMagus: ${id}`, [
    { label: '$(beaker) Test', description: 'asks for one word', run: () => testModel(host, id) },
    ...(member?.loads ? loads : []),
    { label: '$(trash) Remove from the configuration', run: () => removeModel(id) },
  ]);
}

export async function testModel(host: Host, id: string): Promise<void> {
  const desk = await neededDesk(host);
  const outcome = await withProgress(`testing ${id}`, (signal) => desk.test(id, signal));
  if (outcome) void vscode.window.showInformationMessage(`${id} answered in ${outcome.durationMs} ms.`);
}

/** Into memory or out of it; given a node of the view of models, or an id. */
export async function moveModel(host: Host, given: unknown, move: 'load' | 'unload'): Promise<void> {
  const id = typeof given === 'string' ? given : idOf(given);
  if (id === undefined) return manageModels(host);
  const desk = await neededDesk(host);
  const done = await withProgress(`${move}ing ${id}`, async (signal, report) => {
    await (move === 'load' ? desk.load(id, report, signal) : desk.unload(id, signal));
    return true;
  }).finally(modelMoved);
  if (done) void vscode.window.showInformationMessage(`${id} is ${move}ed.`);
}

async function removeModel(id: string): Promise<void> {
  const { withoutModel } = await import('../core/models/edit-configuration.ts');
  await writeModels(withoutModel(readSettings().models, id));
}

async function choose(title: string, choices: readonly Choice[]): Promise<void> {
  const chosen = await vscode.window.showQuickPick(choices, { title, matchOnDescription: true });
  await chosen?.run?.();
}

/** undefined when the person cancelled. */
async function withProgress<Result>(
  title: string,
  work: (signal: AbortSignal, report: (words: string) => void) => Promise<Result>,
): Promise<Result | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `OpenMagus: ${title}`, cancellable: true },
    async (progress, token) => {
      const cancel = new AbortController();
      token.onCancellationRequested(() => cancel.abort());
      try {
        return await work(cancel.signal, (message) => progress.report({ message }));
      } catch (error) {
        if (cancel.signal.aborted) return undefined;
        throw error;
      }
    },
  );
}

/** A wrong configuration is shown here, for here is where it is mended. */
async function openDesk(host: Host) {
  try {
    return { desk: await host.tasks.modelDesk() };
  } catch (error) {
    return { desk: undefined, fault: toMagusError(error).message };
  }
}

async function neededDesk(host: Host) {
  const desk = await host.tasks.modelDesk();
  if (desk) return desk;
  throw new MagusError('configuration', 'No model is configured. Add one with OpenMagus: Manage Models.', {
    code: 'NO_MODEL',
  });
}

function editSettings(): Thenable<unknown> {
  return vscode.commands.executeCommand('workbench.action.openSettingsJson', {
    revealSetting: { key: 'openmagus.models', edit: true },
  });
}

/** From the tree of models. */
function idOf(given: unknown): string | undefined {
  return typeof given === 'object' && given !== null && 'id' in given && typeof given.id === 'string'
    ? given.id
    : undefined;
}
