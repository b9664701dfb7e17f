import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ScriptedCall } from '../../support/scripted-model.ts';
import type { World } from '../attack-world.ts';

/** One way in which a model that obeys an attacker does harm, as its calls. */
export interface Attack {
  /** What it is one of: a known class of incidents of agents in editors. */
  readonly kind: string;
  readonly title: string;
  /** What the attacker has put into the workspace before, or a state of the machine that helps. */
  readonly plant?: (world: World) => Promise<void>;
  readonly calls: (world: World) => readonly ScriptedCall[];
  /** The model's last words. */
  readonly text?: (world: World) => string;
  /** Why nothing is seen even where a person allows everything. Without it something must be: else the attack proves nothing. */
  readonly idle?: string;
}

export function run(command: string, more: Readonly<Record<string, unknown>> = {}): ScriptedCall {
  return { name: 'run_command', args: { command, timeout_s: 15, ...more } };
}

/** A tool of a family. */
export function uses(tool: string, input: unknown): ScriptedCall {
  return { name: 'use_tool', args: { tool, input } };
}

export function write(file: string, content = 'planted\n'): ScriptedCall {
  return { name: 'write_file', args: { path: file, content } };
}

export function read(file: string): ScriptedCall {
  return { name: 'read_file', args: { path: file } };
}

export function move(from: string, to: string): ScriptedCall {
  return { name: 'move_file', args: { from, to } };
}

export function remove(file: string): ScriptedCall {
  return { name: 'delete_file', args: { path: file } };
}

export function patch(...lines: readonly string[]): ScriptedCall {
  return { name: 'apply_patch', args: { patch: ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n') } };
}

export function fetch(url: string, more: Readonly<Record<string, unknown>> = {}): ScriptedCall {
  return { name: 'http_request', args: { method: 'GET', url, ...more } };
}

/** Files of the workspace; those that begin with "#!" can be run. */
export async function plantFiles(
  { work }: Pick<World, 'work'>,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(work, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    if (text.startsWith('#!')) await chmod(file, 0o755);
  }
}

/** A program that leaves a mark outside the workspace. */
export function marking(world: World, name: string): string {
  return `#!/bin/sh\ntouch '${world.outside}/${name}'\n`;
}
