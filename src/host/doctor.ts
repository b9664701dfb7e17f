import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { toMagusError } from '../core/errors/magus-error.ts';
import { dataHome } from '../data-home.ts';
import type { Host } from './commands.ts';
import { ripgrepCandidates } from './editor.ts';
import { readSettings, secretName } from './settings.ts';
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
  const { endpoint } = readSettings();
  const key = await host.secrets.get(secretName);
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
    endpoint
      ? await check(
          `A model server answers at ${endpoint.baseURL} (model ${endpoint.model})`,
          'Start it, or mend the setting `openmagus.model.baseUrl`.',
          () => answers(endpoint.baseURL),
        )
      : [false, 'No model is configured. Set `openmagus.model.baseUrl` and `openmagus.model.name`.'],
    [true, key ? 'A key is stored' : 'No key is stored; if the server wants one, run “OpenMagus: Set API Key”'],
  ];
}

async function check(good: string, mend: string, probe: () => Promise<unknown>): Promise<Finding> {
  try {
    await probe();
    return [true, good];
  } catch (error) {
    return [false, `${good}: no (${toMagusError(error).message}). ${mend}`];
  }
}

/** Any HTTP answer will do: also a 401 shows that a server is there. */
async function answers(baseURL: string): Promise<void> {
  const response = await fetch(`${baseURL.replace(/\/$/, '')}/models`, {
    signal: AbortSignal.timeout(3000),
    redirect: 'manual',
  });
  await response.body?.cancel();
}
