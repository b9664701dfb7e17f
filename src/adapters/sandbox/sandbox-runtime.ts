import { existsSync, realpathSync, rmSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SandboxManager, type SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime';
import { MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';
import { isBelow } from '../../core/security/canonical-path.ts';
import {
  type ConfinedCommand,
  type Confinement,
  commandLimits,
  confinedEnvironment,
  isSecretFile,
  limitsScript,
  type Sandbox,
} from '../../core/security/sandbox.ts';
import { posixQuoted } from '../../core/security/shell/posix-quoted.ts';
import { homeRules } from './home-rules.ts';
import { processGroup } from './process-group.ts';
import { findProtected, mounted, type ProtectedFiles, placeholders, setAside } from './protected-files.ts';
import { guardRelays } from './relay-guard.ts';
import { type CommandPlaces, fileRules, type RuntimeSettings, sessionRules } from './runtime-settings.ts';

export type SandboxSettings = Omit<RuntimeSettings, 'platform'>;

/** The package `@anthropic-ai/sandbox-runtime`: bubblewrap on Linux, Seatbelt on macOS, an account of its own on Windows. */
export function sandboxRuntime(settings: SandboxSettings): Sandbox {
  const runtime: RuntimeSettings = { ...settings, platform: process.platform };
  const held = placeholders();
  let opened: Promise<Session> | undefined;
  const open = (roots: readonly string[] = []): Promise<Session> => {
    opened ??= start(runtime, roots).catch((error: unknown) => {
      // What keeps it from starting now may be gone the next time.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  let count = 0;
  return {
    async missing() {
      const missing = missingPrograms(runtime);
      // On Windows the rules of a session name its folders, so it begins with the first command.
      if (missing !== undefined || process.platform === 'win32') return missing;
      return open().then(
        () => undefined,
        (reason: unknown) => `The sandbox does not start: ${messageOf(reason)}`,
      );
    },
    async confine(command) {
      const { roots } = command;
      const session = await open(roots);
      const { temporary } = session;
      if (process.platform === 'win32' && session.roots.join() !== roots.join())
        throw noSandbox(new MagusError('tool-failed', 'On Windows one session has one set of folders.'));
      followHosts(runtime, session);
      await held.hold(roots);
      const group = processGroup(commandLimits.processes);
      try {
        const before = process.platform === 'win32' ? knownOnWindows(roots) : await findProtected(roots);
        const places = { roots, temporary, ...mounted(before), ...linuxHome(runtime, roots) };
        const confined = await wrap(runtime, command, places, group?.join);
        count += 1;
        const folder = join(runtime.ownData, 'set-aside', `${process.pid}-${Date.now()}-${count}`);
        return {
          ...confined,
          ended: async () => {
            SandboxManager.cleanupAfterCommand();
            group?.remove();
            await held.release(roots);
            return process.platform === 'win32' ? [] : setAside(roots, before, folder);
          },
        };
      } catch (cause) {
        group?.remove();
        await held.release(roots);
        throw noSandbox(cause);
      }
    },
    async close() {
      const session = await opened?.catch(() => undefined);
      opened = undefined;
      if (session === undefined) return;
      await SandboxManager.reset();
      await session.end();
    },
  };
}

interface Session {
  readonly temporary: string;
  end(): Promise<void>;
  readonly roots: readonly string[];
}

async function start(runtime: RuntimeSettings, roots: readonly string[]): Promise<Session> {
  const temporary = await realpath(await mkdtemp(join(tmpdir(), 'openmagus-')));
  try {
    await SandboxManager.initialize(sessionRules(runtime, { roots, temporary, ...knownOnWindows(roots) }));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  const callOffGuard = guardRelays();
  // VS Code may end this program before anything could be closed.
  const leave = (): void => rmSync(temporary, { recursive: true, force: true });
  process.once('exit', leave);
  const end = async (): Promise<void> => {
    callOffGuard();
    process.off('exit', leave);
    await rm(temporary, { recursive: true, force: true });
  };
  return { temporary, roots, end };
}

/** On Linux what lies deeper counts, so that the home folder can be hidden and a few places in it shown. */
function linuxHome({ home, reads = [] }: RuntimeSettings, roots: readonly string[]): Pick<CommandPlaces, 'home'> {
  if (process.platform !== 'linux' || !existsSync(home)) return {};
  const real = realpathSync(home);
  if (roots.some((root) => root === real || isBelow(real, root))) return {};
  return { home: homeRules(real, { roots, reads, environment: process.env }) };
}

/** There is no `find` there; what may not be changed at the root of each folder is known without it. */
function knownOnWindows(roots: readonly string[]): ProtectedFiles {
  const names = ['.git', '.vscode', '.env', 'package.json', 'AGENTS.md', 'CLAUDE.md', '.github', '.npmrc'];
  const paths = process.platform === 'win32' ? roots.flatMap((root) => names.map((name) => join(root, name))) : [];
  return { protectedPaths: paths, secretFiles: paths.filter(isSecretFile) };
}

/** The list of hosts may have changed since the session began; running commands go by the new one as well. */
function followHosts(runtime: RuntimeSettings, { temporary, roots }: Session): void {
  const rules = sessionRules(runtime, { roots, temporary, ...knownOnWindows(roots) });
  const now = SandboxManager.getConfig()?.network.allowedDomains ?? [];
  if (now.join() !== rules.network.allowedDomains.join()) SandboxManager.updateConfig(rules);
}

async function wrap(
  runtime: RuntimeSettings,
  { script, shell, cwd }: ConfinedCommand,
  places: CommandPlaces,
  group?: string,
): Promise<Omit<Confinement, 'ended'>> {
  const rules = fileRules(runtime, places);
  const own: Partial<SandboxRuntimeConfig> = {
    filesystem: process.platform === 'win32' ? { ...rules, allowRead: [], allowWrite: [] } : rules,
  };
  const whole =
    process.platform === 'win32'
      ? script
      : `${limitsScript()}\nexport TMPDIR=${posixQuoted(places.temporary)}\n${script}`;
  const { argv } = await SandboxManager.wrapWithSandboxArgv(whole, shell, own, undefined, cwd);
  const [file = '', ...args] = argv;
  const caches = { npm_config_cache: join(places.temporary, 'npm'), GOCACHE: join(places.temporary, 'go') };
  // The workspace is a mount of its own; a repository may lie above it.
  const git = places.home === undefined ? {} : { GIT_DISCOVERY_ACROSS_FILESYSTEM: '1' };
  return {
    file,
    args: merged(args, group),
    env: { ...confinedEnvironment(process.env), ...caches, ...git, TMPDIR: places.temporary },
  };
}

/** On Linux and macOS the last word is shell text: both streams into one pipe, and no shell left between us and it. */
function merged(args: readonly string[], group: string | undefined): readonly string[] {
  if (process.platform === 'win32') return args;
  const joined = group === undefined ? '' : `echo $$ > ${posixQuoted(group)} || exit 126; `;
  return [...args.slice(0, -1), `${joined}exec 2>&1; exec ${args.at(-1) ?? ''}`];
}

/** What the package needs beside itself, looked for without loading or starting anything. */
function missingPrograms({ ripgrep }: RuntimeSettings): string | undefined {
  if (process.platform === 'darwin')
    return existsSync('/usr/bin/sandbox-exec') ? undefined : 'macOS has no sandbox-exec here.';
  if (process.platform === 'win32') return windowsPrograms();
  if (process.platform !== 'linux') return `There is no sandbox for ${process.platform}.`;
  const needed: readonly (readonly [string, string])[] = [
    ['bwrap', 'bubblewrap'],
    ['socat', 'socat'],
    ...(ripgrep === undefined ? [['rg', 'ripgrep'] as const] : []),
  ];
  const lacking = needed.filter(([program]) => !onPath(program)).map(([, name]) => name);
  return lacking.length === 0
    ? undefined
    : `Commands run without a sandbox: ${lacking.join(', ')} ${lacking.length === 1 ? 'is' : 'are'} missing. Install with: sudo apt-get install ${lacking.join(' ')}`;
}

function windowsPrograms(): string | undefined {
  return onPath('srt-win.exe')
    ? undefined
    : 'Commands run without a sandbox: srt-win.exe is not on PATH. Install it with: npm install -g @anthropic-ai/sandbox-runtime, then srt-win install in a prompt of an administrator.';
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, program)));
}

function noSandbox(cause: unknown): MagusError {
  const reason = messageOf(cause);
  return new MagusError(
    'tool-failed',
    `The sandbox could not be set up for this command: ${reason} Call run_command again with outside_sandbox: true; the user is asked.`,
    { code: 'NO_SANDBOX', cause },
  );
}
