import * as vscode from 'vscode';
import { MagusError } from '../core/errors/magus-error.ts';
import type { Host } from './commands.ts';
import { endpointSecrets, secretPrefix } from './configured-models.ts';
import { readSettings, writeModels } from './settings.ts';

/** Puts the key of an endpoint into the secret storage; an endpoint that named none is given its own name for it. */
export async function setSecret({ secrets }: Host): Promise<void> {
  const { models } = readSettings();
  const endpoints = endpointSecrets(models);
  if (endpoints.length === 0)
    throw new MagusError(
      'configuration',
      'No model is configured that could have a key. Add one with the command OpenMagus: Manage Models.',
      { code: 'NO_MODEL' },
    );
  const endpoint = endpoints.length === 1 ? endpoints[0] : await chooseEndpoint(endpoints);
  if (!endpoint) return;
  const key = await vscode.window.showInputBox({
    title: `OpenMagus: API key of the model endpoint ${endpoint.name}`,
    password: true,
    ignoreFocusOut: true,
    prompt: 'Kept in the secret storage of VS Code. Leave empty to remove it.',
  });
  if (key === undefined) return;
  const secret = endpoint.secret ?? endpoint.name;
  if (key.trim() === '') return secrets.delete(secretPrefix + secret);
  await secrets.store(secretPrefix + secret, key.trim());
  if (endpoint.secret !== undefined) return;
  const { withSecret } = await import('../core/models/edit-configuration.ts');
  await writeModels(withSecret(models, endpoint.name, secret));
}

async function chooseEndpoint(endpoints: ReturnType<typeof endpointSecrets>) {
  const choices = endpoints.map((endpoint) => ({
    label: endpoint.name,
    description: endpoint.secret ?? 'no key yet',
    endpoint,
  }));
  return (await vscode.window.showQuickPick(choices, { title: 'OpenMagus: the key of which endpoint?' }))?.endpoint;
}
