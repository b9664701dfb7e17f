import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { type ParseError, parse } from 'jsonc-parser';
import { parseInWords } from '../../core/errors/parse-in-words.ts';
import { isRecord } from '../../core/is-record.ts';
import { type McpServerEntry, mcpFileSchema, mcpServerSchema } from '../../protocol/mcp-configuration.ts';
import { sha256 } from './catalogue.ts';

export interface McpSources {
  /** Files of the user, in the form of VS Code's mcp.json; the first that names a server counts. */
  readonly files: readonly string[];
  /** The setting: servers by name. */
  readonly setting?: () => unknown;
}

/** A server as it is configured, with every variable resolved but those that hold secrets. */
export interface ConfiguredServer {
  readonly name: string;
  readonly source: string;
  readonly entry: McpServerEntry;
  readonly hash: string;
  readonly ofWorkspace: boolean;
  /** Where it starts. */
  readonly cwd: string;
}

interface Found {
  readonly servers: readonly ConfiguredServer[];
  readonly faults: readonly string[];
}

/** The user's servers come before those of the workspace, which cannot take their names. */
export async function readServers({ files, setting }: McpSources, roots: readonly string[]): Promise<Found> {
  const servers = new Map<string, ConfiguredServer>();
  const faults: string[] = [];
  const take = (given: unknown, source: string, root: string | undefined): void => {
    for (const [name, value] of Object.entries(isRecord(given) ? given : {})) {
      const parsed = parseInWords(mcpServerSchema, resolved(value, root ?? roots[0]), 'its entry');
      if (!parsed.ok) faults.push(`${source}: the server ${name} is not right: ${parsed.faults.join('; ')}`);
      else if (!nameIsGood(name)) faults.push(`${source}: the name ${JSON.stringify(name)} is too long or odd.`);
      else if (!servers.has(name))
        servers.set(name, configuredServer({ name, source, entry: parsed.value }, root ?? roots[0], roots));
    }
  };
  take(setting?.(), 'the setting openmagus.mcpServers', undefined);
  for (const file of files) take(await serversOf(file, faults), file, undefined);
  for (const root of roots) {
    const file = path.join(root, '.vscode', 'mcp.json');
    take(await serversOf(file, faults), file, root);
  }
  return { servers: [...servers.values()], faults };
}

function configuredServer(
  server: Pick<ConfiguredServer, 'name' | 'source' | 'entry'>,
  root: string | undefined,
  roots: readonly string[],
): ConfiguredServer {
  const { entry } = server;
  const cwd = 'command' in entry ? path.resolve(root ?? homedir(), entry.cwd ?? '.') : (root ?? homedir());
  const words = 'command' in entry ? [entry.command, ...entry.args, ...(entry.envFile ? [entry.envFile] : [])] : [];
  const ofWorkspace = words.some((word) => isInside(path.resolve(cwd, word.replace(/^-[^=]*=/, '')), roots));
  return { ...server, cwd, ofWorkspace, hash: sha256(JSON.stringify([entry, cwd])).slice(0, 40) };
}

async function serversOf(file: string, faults: string[]): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') faults.push(`${file} cannot be read.`);
    return undefined;
  }
  const errors: ParseError[] = [];
  const parsed = parseInWords(mcpFileSchema, parse(text, errors, { allowTrailingComma: true }), file);
  if (errors.length === 0 && parsed.ok) return parsed.value.servers;
  faults.push(`${file} is not JSON with "servers" in it; mend it.`);
  return undefined;
}

/** The variables that VS Code knows, but for `${input:…}` and `${env:…}`, whose values may be secret: see fill-in.ts. */
function resolved(value: unknown, root: string | undefined): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{(workspaceFolder(?::[^}]*)?|userHome|pathSeparator|\/)\}/g, (whole, name) => {
      if (String(name).startsWith('workspaceFolder')) return root ?? whole;
      return name === 'userHome' ? homedir() : path.sep;
    });
  }
  if (Array.isArray(value)) return value.map((each) => resolved(each, root));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(each, root)]));
}

/** Only a file that is there counts: "@scope/package" and options are no paths. */
function isInside(file: string, roots: readonly string[]): boolean {
  return roots.some((root) => file.startsWith(root + path.sep)) && existsSync(file);
}

function nameIsGood(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N} ._/@-]{0,99}$/u.test(name);
}
