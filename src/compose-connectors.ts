import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ProcessBrowserOptions, processBrowser } from './adapters/browser/process-browser.ts';
import { scratchFolders } from './adapters/system/scratch-folders.ts';
import { lazyApis } from './core/api/lazy-apis.ts';
import { lazyMcp } from './core/mcp/lazy-mcp.ts';
import type { OutsidePorts } from './core/outside-ports.ts';
import type { PolicySettings } from './core/security/policy.ts';

/** What the host knows of connectors; everything in it comes from the user, nothing from a workspace. */
export interface ConnectorSettings {
  /** Further files in the form of VS Code's mcp.json. */
  readonly mcpFiles: readonly string[];
  /** The setting `openmagus.mcpServers`, unchecked. */
  readonly mcpServers: () => unknown;
  /** The setting `openmagus.apis`, unchecked. */
  readonly apis: () => unknown;
  /** Keeps what a server may sign in with; undefined removes it. */
  readonly keepSecret: (name: string, value: string | undefined) => Promise<void>;
}

interface ConnectorParts {
  readonly home: string;
  readonly connectors?: ConnectorSettings;
  readonly secretOf: (name: string) => Promise<string | undefined>;
  /** Values that must not be shown; those that come to light here are added. */
  readonly secrets: string[];
  readonly policy: () => PolicySettings;
  readonly web: OutsidePorts['web'];
  readonly browserSettings: ProcessBrowserOptions['settings'];
  readonly serves: ProcessBrowserOptions['serves'];
  /** The file that a process of ours runs. */
  readonly workerFile: (name: 'document-worker' | 'browser/browser-process') => string;
}

/** Nothing of it is loaded before a task asks for it. The hosts of the user's own APIs are allowed ones. */
export function composeConnectors(
  parts: ConnectorParts,
): Omit<OutsidePorts, 'deployments'> & { policy(): PolicySettings } {
  const { home, connectors, secretOf, secrets, policy, web, workerFile } = parts;
  const onSecret = (value: string): void => void (secrets.includes(value) || secrets.push(value));
  const configured = (): readonly (readonly [source: string, apis: unknown])[] => [
    ['the setting openmagus.apis', connectors?.apis()],
    apisOfHome(path.join(home, 'apis.json')),
  ];
  const apis = lazyApis(async () => {
    const { openApis } = await import('./adapters/openapi/open-apis.ts');
    return openApis({
      folder: path.join(home, 'apis'),
      workerUrl: workerFile('document-worker'),
      ...{ web, secretOf, onSecret, configured },
    });
  });
  const folder = path.join(home, 'mcp');
  const mcp = lazyMcp(async () => {
    const { mcpServers } = await import('./adapters/mcp-client/mcp-servers.ts');
    return mcpServers({
      folder,
      version: ownVersion(),
      sources: {
        files: [path.join(home, 'mcp.json'), ...(connectors?.mcpFiles ?? [])],
        ...(connectors ? { setting: connectors.mcpServers } : {}),
      },
      secretOf,
      onSecret,
      listed: () => policy().hosts,
      tokensOf: (hash) =>
        connectors
          ? {
              read: () => secretOf(`mcp-${hash}`),
              write: (value) => connectors.keepSecret(`mcp-${hash}`, value),
            }
          : tokenFile(path.join(folder, `${hash}.token`)),
    });
  });
  const withHosts = (): PolicySettings => {
    const settings = policy();
    return { ...settings, hosts: [...settings.hosts, ...hostsOf(configured())] };
  };
  const browser = processBrowser({
    entry: parts.workerFile('browser/browser-process'),
    settings: parts.browserSettings,
    serves: parts.serves,
    folders: scratchFolders(path.join(home, 'browser')),
    listed: () => withHosts().hosts,
  });
  return { web, mcp, apis, browser, policy: withHosts };
}

/** Where the user said that an API is; what a document says of itself counts for nothing. */
function hostsOf(configured: readonly (readonly [source: string, apis: unknown])[]): readonly string[] {
  return configured
    .flatMap(([, apis]) => Object.values(typeof apis === 'object' && apis !== null ? apis : {}) as unknown[])
    .flatMap((api) => {
      const { baseURL } = (typeof api === 'object' && api !== null ? api : {}) as { readonly baseURL?: unknown };
      return typeof baseURL === 'string' ? (URL.parse(baseURL)?.hostname ?? []) : [];
    });
}

/** A file that is no JSON stands as its text, and is told of when APIs are listed. Every decision asks, so it must be quick without one. */
function apisOfHome(file: string): readonly [source: string, apis: unknown] {
  if (!existsSync(file)) return [file, undefined];
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
    return [file, JSON.parse(text)];
  } catch {
    return [file, text === '' ? undefined : text];
  }
}

/** Without a secret storage: a file that its owner alone can read. */
function tokenFile(file: string): {
  read(): Promise<string | undefined>;
  write(value: string | undefined): Promise<void>;
} {
  return {
    read: () => readFile(file, 'utf8').catch(() => undefined),
    write: async (value) => {
      if (value === undefined) return rm(file, { force: true });
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, value, { mode: 0o600 });
    },
  };
}

function ownVersion(): string {
  const own = import.meta.url ? new URL(import.meta.url).pathname : __filename;
  const { version } = JSON.parse(readFileSync(path.join(path.dirname(own), '..', 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
