import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { McpTool } from '../../core/mcp/mcp-port.ts';

export type ListedTool = Omit<McpTool, 'approved'>;

/** What is kept of one server, by its hash: that it was allowed, which tools it had then, and which it has now. */
export interface ServerRecord {
  readonly name: string;
  readonly tools: readonly ListedTool[];
  /** Hash of each allowed tool by its name. */
  readonly allowed: Readonly<Record<string, string>>;
}

/** Of JSON, in characters: a bigger schema is hashed and left out. */
const longestSchema = 100_000;
const longestDescription = 20_000;

export async function readRecord(folder: string, hash: string): Promise<ServerRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path.join(folder, `${hash}.json`), 'utf8')) as ServerRecord;
    return Array.isArray(record.tools) && typeof record.allowed === 'object' ? record : undefined;
  } catch {
    return undefined;
  }
}

/** In one rename; where two windows write at once, the later one counts, and an approval that is lost is asked for again. */
export async function writeRecord(folder: string, hash: string, record: ServerRecord): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${hash}.json`);
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(fresh, JSON.stringify(record), { mode: 0o600, flush: true });
  await rename(fresh, file);
}

export async function removeRecord(folder: string, hash: string): Promise<void> {
  await rm(path.join(folder, `${hash}.json`), { force: true });
}

export function listedTool(tool: {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: Readonly<Record<string, unknown>>;
}): ListedTool {
  const schema = JSON.stringify(tool.inputSchema);
  const description = tool.description ?? '';
  return {
    name: tool.name,
    description: description.slice(0, longestDescription),
    input: schema.length > longestSchema ? undefined : tool.inputSchema,
    hash: sha256(JSON.stringify([tool.name, description, schema])),
  };
}

export function withApproval({ tools, allowed }: ServerRecord): readonly McpTool[] {
  return tools.map((tool) => ({ ...tool, approved: allowed[tool.name] === tool.hash }));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
