import type * as vscode from 'vscode';
import { isRecord } from '../core/is-record.ts';
import type { ConfiguredModels } from '../core/models/configured-models.ts';

/** Before the name of every key that a model configuration may name. */
export const secretPrefix = 'openmagus.secret.';

/** Their names, without the prefix. */
export async function keptSecrets(secrets: vscode.SecretStorage): Promise<readonly string[]> {
  const keys = await secrets.keys();
  return keys.filter((key) => key.startsWith(secretPrefix)).map((key) => key.slice(secretPrefix.length));
}

/** The models of the settings, checked; without any, VS Code's own, if it has one; undefined: there is none. Throws `configuration`. */
export async function configuredModels(
  written: unknown,
  secrets: vscode.SecretStorage,
): Promise<ConfiguredModels | undefined> {
  const { parseModelConfiguration } = await import('../core/models/parse-configuration.ts');
  const { editorModelServer, editorModels, editorTransport } = await import('./editor-models.ts');
  const [own] = isWritten(written) ? [] : await editorModels();
  if (!isWritten(written) && own === undefined) return undefined;
  return {
    configuration: parseModelConfiguration(
      own === undefined ? written : { kind: 'vscode-lm', model: own.id },
      'The setting openmagus.models',
    ),
    // A variable of the environment is for the command line: here it would be that of whoever started VS Code.
    keyOf: async ({ secret }) => (secret === undefined ? undefined : secrets.get(secretPrefix + secret)),
    editor: { server: editorModelServer, open: (address) => editorTransport(address) },
  };
}

/** The endpoints that may have a key, and the name it goes by if they have one. */
export function endpointSecrets(written: unknown): readonly { readonly name: string; readonly secret?: string }[] {
  if (!isWritten(written)) return [];
  const endpoints = isRecord(written['endpoints']) ? written['endpoints'] : { model: written };
  return Object.entries(endpoints).flatMap(([name, endpoint]) => {
    if (!isRecord(endpoint) || endpoint['kind'] === 'vscode-lm') return [];
    const { secret } = endpoint;
    return [{ name, ...(typeof secret === 'string' ? { secret } : {}) }];
  });
}

/** What the primary model is called, without checking anything: for a label. */
export function primaryModelName(written: unknown): string | undefined {
  if (!isWritten(written)) return undefined;
  if (typeof written['model'] === 'string') return written['model'];
  const { groups, routing } = written;
  const primary = isRecord(routing) ? routing['primary'] : undefined;
  const group = isRecord(groups) && typeof primary === 'string' ? groups[primary] : undefined;
  const first: unknown = Array.isArray(group) ? group[0] : undefined;
  return isRecord(first) && typeof first['model'] === 'string' ? first['model'] : undefined;
}

/** An empty object is what VS Code shows when nothing is set. */
export function isWritten(written: unknown): written is Readonly<Record<string, unknown>> {
  return isRecord(written) && Object.keys(written).length > 0;
}
