import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lazyMcp } from './core/mcp/lazy-mcp.ts';
import type { McpServers } from './core/mcp/mcp-port.ts';
import type { PolicySettings } from './core/security/policy.ts';

/** What the host knows of connectors; everything in it comes from the user, nothing from a workspace. */
export interface ConnectorSettings {
  /** Further files in the form of VS Code's mcp.json. */
  readonly mcpFiles: readonly string[];
  /** The setting `openmagus.mcpServers`, unchecked. */
  readonly mcpServers: () => unknown;
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
}

/** Nothing of it is loaded before a task asks for it. */
export function composeConnectors(parts: ConnectorParts): { readonly mcp: McpServers } {
  const { home, connectors, secretOf, secrets, policy } = parts;
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
      onSecret: (value) => void (secrets.includes(value) || secrets.push(value)),
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
  return { mcp };
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
