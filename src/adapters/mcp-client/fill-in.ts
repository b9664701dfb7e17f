import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { MagusError } from '../../core/errors/magus-error.ts';
import { secretsOfEnvironmentFile } from '../../core/security/redact.ts';
import type { McpHttpEntry, McpStdioEntry } from '../../protocol/mcp-configuration.ts';
import type { ConfiguredServer } from './read-configurations.ts';
import type { ProcessToStart } from './stdio-process.ts';

export interface SecretValues {
  /** The value of a named secret. */
  readonly secretOf: (name: string) => Promise<string | undefined>;
  /** Every value that must not be shown is told here before it is used. */
  readonly onSecret: (value: string) => void;
}

/** What is started, with the values of `${input:…}` and `${env:…}` in place. */
export async function processOf(
  { name, cwd }: ConfiguredServer,
  entry: McpStdioEntry,
  values: SecretValues,
): Promise<ProcessToStart> {
  const fill = (text: string): Promise<string> => filled(text, name, values);
  const ofFile = entry.envFile === undefined ? {} : await variablesOf(path.resolve(cwd, await fill(entry.envFile)));
  const env: Record<string, string> = { ...ofFile };
  for (const [variable, value] of Object.entries(entry.env)) {
    if (value === null) delete env[variable];
    else env[variable] = await fill(String(value));
  }
  for (const [variable, value] of Object.entries(env)) noteSecret(variable, value, values);
  return { command: await fill(entry.command), args: await Promise.all(entry.args.map(fill)), env, cwd };
}

/** Names of the secrets that a server is given. */
export function secretsIn(entry: McpHttpEntry | McpStdioEntry): readonly string[] {
  const inputs = [...JSON.stringify(entry).matchAll(/\$\{input:([^}"\\]+)\}/g)].map(([, name = '']) => name);
  const { secret, identity } = ('oauth' in entry && entry.oauth) || {};
  const own = [secret, identity?.secret].filter((name) => name !== undefined);
  return [...new Set([...inputs, ...own])];
}

export async function headersOf(
  { name }: ConfiguredServer,
  entry: McpHttpEntry,
  values: SecretValues,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries(entry.headers)) {
    const whole = await filled(value, name, values);
    const secret = whole.replace(/^(Bearer|Basic|Token)\s+/i, '');
    if (/^(proxy-)?authorization$|^cookie$/i.test(header)) values.onSecret(secret);
    else noteSecret(header.replaceAll('-', '_'), secret, values);
    headers[header] = whole;
  }
  return headers;
}

/** A value is secret where its name says so: "HOME" is none. */
function noteSecret(name: string, value: string, { onSecret }: SecretValues): void {
  for (const secret of secretsOfEnvironmentFile(`${name}=${value}`)) onSecret(secret);
}

/** Throws `configuration` NO_SECRET where it is not set. */
export async function neededSecret(
  name: string,
  server: string,
  { secretOf, onSecret }: SecretValues,
): Promise<string> {
  const value = await secretOf(name);
  if (value === undefined)
    throw new MagusError(
      'configuration',
      `The MCP server ${server} needs the secret "${name}". Set it with OpenMagus: Set API Key, or on the command line as the variable OPENMAGUS_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}.`,
      { code: 'NO_SECRET' },
    );
  onSecret(value);
  return value;
}

async function filled(text: string, server: string, values: SecretValues): Promise<string> {
  const parts = await Promise.all(
    text.split(/(\$\{[^}]*\})/).map(async (part) => {
      const [, kind, name = ''] = /^\$\{(input|env):([^}]+)\}$/.exec(part) ?? [];
      if (kind === undefined) return part;
      if (kind === 'input') return neededSecret(name, server, values);
      const value = process.env[name] ?? '';
      noteSecret(name, value, values);
      return value;
    }),
  );
  const whole = parts.join('');
  const unknown = /\$\{(command:|config:|file|selectedText|lineNumber|execPath)[^}]*\}/.exec(whole);
  if (unknown)
    throw new MagusError(
      'configuration',
      `The MCP server ${server} uses ${unknown[0]}, which only VS Code itself can fill in. Write the value in its place.`,
      { code: 'UNKNOWN_VARIABLE' },
    );
  return whole;
}

async function variablesOf(file: string): Promise<Record<string, string>> {
  try {
    return parseEnv(await readFile(file, 'utf8')) as Record<string, string>;
  } catch (cause) {
    throw new MagusError('configuration', `The file of variables ${file} cannot be read. Mend "envFile".`, {
      code: 'BAD_ENV_FILE',
      cause,
    });
  }
}
