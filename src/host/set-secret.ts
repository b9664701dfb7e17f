import * as vscode from 'vscode';
import type { Host } from './commands.ts';
import { endpointSecrets, secretPrefix } from './configured-models.ts';
import { readSettings, writeModels } from './settings.ts';

interface Chosen {
  /** As the configuration names it. */
  readonly secret: string;
  /** What it is for, in words. */
  readonly use: string;
  /** The model endpoint that names no secret yet. */
  readonly endpoint?: string;
}

/** Puts a key into the secret storage, the one that is given or chosen; a model endpoint that named none is given its own name for it. */
export async function setSecret({ secrets }: Pick<Host, 'secrets'>, given?: unknown): Promise<void> {
  const { models } = readSettings();
  const chosen = typeof given === 'string' ? named(given) : await chooseSecret(endpointSecrets(models).map(ofEndpoint));
  if (!chosen) return;
  const key = await vscode.window.showInputBox({
    title: `OpenMagus: ${chosen.use}`,
    password: true,
    ignoreFocusOut: true,
    prompt: 'Kept in the secret storage of VS Code. Leave empty to remove it.',
  });
  if (key === undefined) return;
  if (key.trim() === '') return secrets.delete(secretPrefix + chosen.secret);
  await secrets.store(secretPrefix + chosen.secret, key.trim());
  if (chosen.endpoint === undefined) return;
  const { withSecret } = await import('../core/models/edit-configuration.ts');
  await writeModels(withSecret(models, chosen.endpoint, chosen.secret));
}

function ofEndpoint({ name, secret }: ReturnType<typeof endpointSecrets>[number]): Chosen {
  const use = `API key of the model endpoint ${name}`;
  return secret === undefined ? { secret: name, use, endpoint: name } : { secret, use };
}

function named(secret: string): Chosen {
  return { secret, use: `The key ${secret}` };
}

/** Of a model endpoint, or any that a connector names. */
async function chooseSecret(endpoints: readonly Chosen[]): Promise<Chosen | undefined> {
  const another = { label: 'Another key, by its name…', description: 'of an MCP server or an API', chosen: undefined };
  const choices = endpoints.map((chosen) => ({
    label: chosen.use,
    description: chosen.endpoint === undefined ? chosen.secret : 'no key yet',
    chosen,
  }));
  const title = 'OpenMagus: which key?';
  const choice = await vscode.window.showQuickPick([...choices, another], { title });
  if (!choice || choice.chosen) return choice?.chosen;
  const prompt = 'As "secret" or "input:" of the configuration has it.';
  const name = (await vscode.window.showInputBox({ title: 'OpenMagus: name of the key', prompt }))?.trim();
  return name ? named(name) : undefined;
}
