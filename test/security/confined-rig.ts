import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childCommands } from '../../src/adapters/process/child-commands.ts';
import { sandboxRuntime } from '../../src/adapters/sandbox/sandbox-runtime.ts';
import type { CommandState } from '../../src/core/ports.ts';
import { sealAuthorized } from '../../src/core/security/authorized.ts';
import type { Effect } from '../../src/protocol/effects.ts';

export const never = new AbortController().signal;

export interface ConfinedRig {
  readonly folder: string;
  readonly workspace: string;
  readonly home: string;
  readonly ownData: string;
  readonly hosts: string[];
  readonly commands: ReturnType<typeof childCommands>;
  readonly missing: () => Promise<string | undefined>;
  start(command: string): Promise<string>;
  /** Runs it confined to its end, as decided with these marks. */
  run(
    command: string,
    env?: Readonly<Record<string, string>>,
    marks?: Pick<Effect, 'readsOnly'>,
  ): Promise<{ readonly output: string; readonly state: CommandState }>;
  close(): Promise<void>;
}

/** A workspace, a home folder and a data folder of their own, with commands that run in the real sandbox. */
export async function confinedRig(workspaceAt = 'workspace'): Promise<ConfinedRig> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'confined-')));
  const [workspace, home, ownData] = [join(folder, workspaceAt), join(folder, 'home'), join(folder, 'data')];
  for (const each of [workspace, home, ownData]) await mkdir(each, { recursive: true });
  const hosts: string[] = [];
  const sandbox = sandboxRuntime({ home, ownData, allowedHosts: () => hosts });
  const commands = childCommands({ folder: join(ownData, 'output'), now: () => Date.now(), sandbox });
  let count = 0;
  const start = async (
    command: string,
    env: Readonly<Record<string, string>> = {},
    marks: Pick<Effect, 'readsOnly'> = {},
  ): Promise<string> => {
    count += 1;
    const commandId = `c${count}`;
    const object = `${workspace}$ ${command}`;
    const authorized = sealAuthorized([{ verb: 'run', object, zone: 'workspace', confined: true, ...marks }], 'h');
    const request = {
      command,
      cwd: workspace,
      env: { HOME: home, ...env },
      commandId,
      taskId: 't',
      roots: [workspace],
    };
    await commands.start(authorized, request, () => {});
    return commandId;
  };
  return {
    ...{ folder, workspace, home, ownData, hosts, commands, start },
    missing: sandbox.missing,
    run: async (command, env, marks) => {
      const id = await start(command, env, marks);
      const state = await commands.wait(id, 60_000, never);
      if (state.running) await commands.stop(id);
      return { output: await commands.readOutput(id), state: commands.state(id) ?? state };
    },
    close: async () => {
      await commands.endAll();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where there is no sandbox the tests have nothing to look at; the machine that checks everything must have one. */
export async function needsSandbox(context: Mocha.Context, { missing }: ConfinedRig): Promise<void> {
  const lacking = await missing();
  if (lacking === undefined) return;
  assert.equal(process.env['CI'], undefined, lacking);
  context.skip();
}

/** The same, for tests that hold without one as well. */
export async function hasSandbox(): Promise<boolean> {
  const rig = await confinedRig();
  const lacking = await rig.missing();
  await rig.close();
  if (lacking !== undefined) assert.equal(process.env['CI'], undefined, lacking);
  return lacking === undefined;
}

/** Every file, folder and link below a folder with its mode and content: any change shows. */
export async function treeHash(folder: string): Promise<string> {
  const lines: string[] = [];
  const walk = async (path: string): Promise<void> => {
    const facts = await lstat(path);
    const content = facts.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : facts.isSymbolicLink()
        ? await readlink(path)
        : '';
    lines.push(`${path} ${facts.mode} ${content}`);
    if (facts.isDirectory()) for (const name of (await readdir(path)).sort()) await walk(join(path, name));
  };
  await walk(folder);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
