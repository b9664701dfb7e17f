import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskPreImages } from '../../../../src/adapters/files/disk-pre-images.ts';
import { nodeFileSystem } from '../../../../src/adapters/files/node-file-system.ts';
import { textSearch } from '../../../../src/adapters/files/ripgrep-search.ts';
import type { Diagnostic } from '../../../../src/core/editor-port.ts';
import type { Hash, Ports } from '../../../../src/core/ports.ts';
import { sealAuthorized } from '../../../../src/core/security/authorized.ts';
import { strictPolicy } from '../../../../src/core/security/policy.ts';
import type { Tool, ToolResult, ToolScope } from '../../../../src/core/tools/tool.ts';
import type { FileChange, TaskEvent } from '../../../../src/protocol/task-event.ts';

export const hash: Hash = {
  sha256: (content) => createHash('sha256').update(content).digest('hex'),
  randomId: () => randomUUID(),
};

export interface FileRig {
  readonly root: string;
  readonly ports: Ports;
  readonly scope: ToolScope;
  readonly events: TaskEvent[];
  unsaved: string[];
  problems: readonly Diagnostic[] | undefined;
  call<Input>(tool: Tool<Input>, input: Input): Promise<ToolResult>;
}

/** A real folder with the real adapters; every effect that a tool names is authorized, nothing else. */
export async function fileRig(): Promise<FileRig> {
  const base = await newFolder();
  const root = base;
  const kept = await newFolder();
  const events: TaskEvent[] = [];
  const changes = (): FileChange[] => events.flatMap((event) => (event.type === 'files-changing' ? event.changes : []));
  const scope: ToolScope = {
    taskId: 'task',
    callId: 'call',
    roots: [root],
    seen: new Map(),
    changes,
    record: async (event) => void events.push(event),
  };
  const used: Pick<Ports, 'policy' | 'hash' | 'files' | 'preImages' | 'search' | 'editor'> = {
    hash,
    policy: () => strictPolicy,
    files: nodeFileSystem(hash),
    preImages: diskPreImages(kept, hash, { tasks: async () => [] }),
    search: textSearch([]),
    editor: { unsaved: (paths) => paths.filter((path) => rig.unsaved.includes(path)), diagnostics: () => rig.problems },
  };
  const ports = used as Ports;
  const rig: FileRig = {
    root,
    ports,
    scope,
    events,
    unsaved: [],
    problems: undefined,
    async call(tool, input) {
      const authorized = sealAuthorized(await tool.effects(ports, scope, input), 'hash');
      return tool.run(ports, scope, input, authorized, new AbortController().signal);
    },
  };
  return rig;
}

/** Gone when the tests have ended. */
export async function newFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'magus-files-')));
  if (folders.push(folder) === 1) process.once('exit', () => folders.forEach(removeFolder));
  return folder;
}
const folders: string[] = [];

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
