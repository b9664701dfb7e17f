import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { toMagusError } from '../core/errors/magus-error.ts';
import { dataHome } from '../data-home.ts';
import { recognisedWords } from '../protocol/kind-words.ts';
import type { EndpointPicture } from '../protocol/model-picture.ts';
import type { Host } from './commands.ts';
import { configuredModels } from './configured-models.ts';
import { ripgrepCandidates } from './editor.ts';
import { readSettings } from './settings.ts';
import { workspaceRoots } from './task-service.ts';

type Finding = readonly [good: boolean, text: string];

/** What is there, what answers, what is missing and what mends it, as a document. */
export async function doctor(host: Host): Promise<void> {
  const findings = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'OpenMagus: looking around' },
    () => examine(host),
  );
  const lines = findings.map(([good, text]) => `- ${good ? '✓' : '✗'} ${text}`);
  const content = ['# OpenMagus: doctor', lines.join('\n'), ''].join('\n\n');
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
}

async function examine(host: Host): Promise<readonly Finding[]> {
  return [
    [true, `VS Code ${vscode.version}, Node ${process.versions.node}, ${process.platform}-${process.arch}`],
    workspaceRoots().length > 0
      ? [true, `Folders: ${workspaceRoots().join(', ')}`]
      : [false, 'No folder is open. Run “File: Open Folder…”.'],
    vscode.workspace.isTrusted
      ? [true, 'The workspace is trusted']
      : [false, 'Restricted Mode: tasks only read and answer. Run “Workspaces: Manage Workspace Trust”.'],
    await check(`The journal opens in ${dataHome()}`, 'Look into the log: “OpenMagus: Show Log”.', () =>
      host.tasks.tasks(),
    ),
    ripgrepCandidates().some((file) => existsSync(file))
      ? [true, 'ripgrep comes with this VS Code']
      : [true, 'ripgrep was not found beside VS Code; the one on PATH is used, or a slower search'],
    await examineSandbox(host),
    await examineBrowser(host),
    ...(await examineModels(host)),
  ];
}

async function examineSandbox(host: Host): Promise<Finding> {
  try {
    const missing = await (await host.tasks.ports()).commands.sandboxMissing();
    return missing === undefined ? [true, 'Commands run in a sandbox'] : [false, missing];
  } catch (error) {
    return [false, toMagusError(error).message];
  }
}

async function examineBrowser(host: Host): Promise<Finding> {
  try {
    const missing = await (await host.tasks.ports()).browser.missing();
    return missing === undefined ? [true, 'There is a browser for tasks'] : [false, missing];
  } catch (error) {
    return [false, toMagusError(error).message];
  }
}

async function examineModels(host: Host): Promise<readonly Finding[]> {
  try {
    const [models, desk] = await Promise.all([
      configuredModels(readSettings().models, host.secrets),
      host.tasks.modelDesk(),
    ]);
    if (!models || !desk) return [[false, 'No model is configured. Fill in the setting `openmagus.models`.']];
    const endpoints = await desk.endpoints(AbortSignal.timeout(5000));
    const keys = Object.entries(models.configuration.endpoints).map(async ([name, endpoint]): Promise<Finding> => {
      const { secret } = endpoint;
      if (secret === undefined) return [true, `${name} needs no key`];
      return (await models.keyOf(endpoint))
        ? [true, `The key “${secret}” is stored`]
        : [false, `The key “${secret}” of ${name} is not stored. Run “OpenMagus: Set API Key”.`];
    });
    return [...endpoints.map(endpointFinding), ...(await Promise.all(keys))];
  } catch (error) {
    return [[false, toMagusError(error).message]];
  }
}

function endpointFinding({ name, baseURL = 'VS Code', models, fault, recognised }: EndpointPicture): Finding {
  if (fault !== undefined) return [false, `The model endpoint ${name}: ${fault}`];
  const more = recognised === undefined ? '' : `, ${recognisedWords(recognised)}`;
  return [true, `The model endpoint ${name} answers at ${baseURL}: ${models.length} models${more}`];
}

async function check(good: string, mend: string, probe: () => Promise<unknown>): Promise<Finding> {
  try {
    await probe();
    return [true, good];
  } catch (error) {
    return [false, `${good}: no (${toMagusError(error).message}). ${mend}`];
  }
}
