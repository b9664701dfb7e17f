import * as vscode from 'vscode';
import { toMagusError } from '../core/errors/magus-error.ts';
import type { ModelRole } from '../core/models/edit-configuration.ts';
import type { ServedModel } from '../core/models/model-server.ts';
import { kindWords } from '../protocol/kind-words.ts';
import { type EndpointConfiguration, type EndpointKind, endpointKinds } from '../protocol/model-configuration.ts';
import type { Host } from './commands.ts';
import { secretPrefix } from './configured-models.ts';
import { testModel } from './manage-models.ts';
import { describeServed } from './model-words.ts';
import { readSettings, writeModels } from './settings.ts';

interface KindChoice extends vscode.QuickPickItem {
  readonly endpointKind: EndpointKind;
}
interface RoleChoice extends vscode.QuickPickItem {
  readonly role: ModelRole;
}

const kinds: readonly KindChoice[] = endpointKinds.map(choiceOf);
const roles: readonly RoleChoice[] = [
  { label: 'Primary', description: 'plans and acts', role: 'primary' },
  { label: 'Fallback', description: 'when the primary one fails', role: 'fallback' },
  { label: 'Secondary', description: 'summaries and advice', role: 'secondary' },
];
const title = 'OpenMagus: add a model';
const recogniseMs = 3000;

/** Kinds that usually want a key; the others run on the user's own machine. */
const keyed: ReadonlySet<EndpointKind> = new Set(['litellm', 'openai']);

/** Kind, address, key, model, role: written into the settings, the key into the secret storage; then it is tested. */
export async function addModel(host: Host): Promise<void> {
  const chosen = await vscode.window.showQuickPick(kinds, { title, placeHolder: 'Where does it run?' });
  if (!chosen) return;
  const baseURL = chosen.endpointKind === 'vscode-lm' ? '' : await askAddress(chosen.endpointKind);
  if (baseURL === undefined) return;
  const kind = baseURL === '' ? chosen.endpointKind : await kindAt(baseURL, chosen.endpointKind);
  if (kind === undefined) return;
  const endpointName = freeName(kind, baseURL);
  const key = keyed.has(kind) ? await askKey() : '';
  if (key === undefined) return;
  const endpoint = {
    kind,
    ...(baseURL === '' ? {} : { baseURL }),
    ...(key === '' ? {} : { secret: endpointName }),
  };
  const model = await askModel(endpoint, key);
  if (model === undefined) return;
  const role = await vscode.window.showQuickPick(roles, { title, placeHolder: `What is ${model} for?` });
  if (!role) return;
  if (key !== '') await host.secrets.store(secretPrefix + endpointName, key);
  const { withModel } = await import('../core/models/edit-configuration.ts');
  await writeModels(withModel(readSettings().models, { endpointName, endpoint, model, role: role.role }));
  await testModel(host, `${endpointName}/${model}`);
}

async function askAddress(kind: EndpointKind): Promise<string | undefined> {
  const { parseModelConfiguration, usualAddresses } = await import('../core/models/parse-configuration.ts');
  const address = await vscode.window.showInputBox({
    title,
    prompt: 'Address of the server',
    value: usualAddresses[kind] ?? 'https://',
    ignoreFocusOut: true,
    validateInput: (baseURL) => {
      try {
        parseModelConfiguration({ kind, baseURL: baseURL.trim(), model: 'any' }, 'The address');
        return undefined;
      } catch (error) {
        return toMagusError(error)
          .message.split('\n')
          .at(-1)
          ?.replace(/^- \S+ /, '');
      }
    },
  });
  return address?.trim();
}

function choiceOf(endpointKind: EndpointKind): KindChoice {
  return { label: kindWords[endpointKind], endpointKind };
}

/** The kind that was chosen, unless the server itself tells of another one and the user believes it. Asked without any key. */
async function kindAt(baseURL: string, chosen: EndpointKind): Promise<EndpointKind | undefined> {
  const { serverOf } = await import('../compose.ts');
  const server = await serverOf({ kind: 'openai', baseURL }, undefined);
  const recognised = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'OpenMagus: looking what answers there' },
    () => server.recognise?.(AbortSignal.timeout(recogniseMs)) ?? Promise.resolve(undefined),
  );
  if (recognised === undefined || recognised === chosen) return chosen;
  const picked = await vscode.window.showQuickPick(
    [
      { ...choiceOf(recognised), description: 'what the server says it is' },
      { ...choiceOf(chosen), description: 'as you said' },
    ],
    { title, placeHolder: `${kindWords[recognised]} answers at ${baseURL}` },
  );
  return picked?.endpointKind;
}

async function askKey(): Promise<string | undefined> {
  const key = await vscode.window.showInputBox({
    title,
    prompt: 'API key, kept in the secret storage of VS Code. Leave empty if the server wants none.',
    password: true,
    ignoreFocusOut: true,
  });
  return key?.trim();
}

/** From the server's own list; by name where it has none. */
async function askModel(endpoint: EndpointConfiguration, key: string): Promise<string | undefined> {
  let fault = '';
  const listed = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'OpenMagus: asking for the models' },
    () =>
      served(endpoint, key).catch((error: unknown) => {
        fault = toMagusError(error).message;
        return [];
      }),
  );
  const byHand = { label: '$(edit) Another one, by name…', name: undefined };
  const choices = listed.map((model) => ({
    label: model.name,
    description: describeServed(model, Date.now()),
    name: model.name,
  }));
  const chosen =
    choices.length === 0
      ? byHand
      : await vscode.window.showQuickPick([...choices, byHand], { title, placeHolder: 'Which model?' });
  if (!chosen) return undefined;
  if (chosen.name !== undefined) return chosen.name;
  const typed = await vscode.window.showInputBox({
    title,
    prompt: fault === '' ? 'The model, by the name the server knows it by' : `The server listed no models (${fault})`,
    ignoreFocusOut: true,
  });
  return typed?.trim() || undefined;
}

async function served(endpoint: EndpointConfiguration, key: string): Promise<readonly ServedModel[]> {
  const signal = AbortSignal.timeout(10_000);
  if (endpoint.kind === 'vscode-lm') {
    const { editorModelServer } = await import('./editor-models.ts');
    return editorModelServer.list(signal);
  }
  const { serverOf } = await import('../compose.ts');
  return (await serverOf(endpoint, key || undefined)).list(signal);
}

/** The kind, with a number when another server of that kind is configured already. */
function freeName(kind: EndpointKind, baseURL: string): string {
  const { models } = readSettings();
  const endpoints: unknown =
    typeof models === 'object' && models !== null && 'endpoints' in models ? models.endpoints : {};
  const taken = Object.entries(typeof endpoints === 'object' && endpoints !== null ? endpoints : {});
  const same = taken.find(
    ([, endpoint]) =>
      typeof endpoint === 'object' &&
      endpoint !== null &&
      'kind' in endpoint &&
      endpoint.kind === kind &&
      ('baseURL' in endpoint ? endpoint.baseURL : '') === baseURL,
  );
  if (same) return same[0];
  const names = new Set(taken.map(([name]) => name));
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? kind : `${kind}-${count}`;
    if (!names.has(name)) return name;
  }
}
