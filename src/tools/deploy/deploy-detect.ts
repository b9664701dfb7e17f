import * as z from 'zod/mini';
import { commandLine } from '../../core/deploy/command-line.ts';
import type { DeployKind } from '../../core/deploy/deploy-kind.ts';
import { type FoundTarget, findTargets } from '../../core/deploy/find-targets.ts';
import { isOlder, versionIn } from '../../core/deploy/is-older.ts';
import type { Ports } from '../../core/ports.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import type { Effect } from '../../protocol/effects.ts';
import { runLine } from './run-line.ts';

const input = z.object({});

export const deployDetect: Tool<Record<string, never>> = {
  name: 'deploy_detect',
  family: 'deploy',
  reads: true,
  description:
    'Lists what this workspace can be deployed to, by its files and the programs on this machine, and what is missing for it.',
  input,
  describe: () => 'Look for deployment targets',
  async effects(ports, scope) {
    const { targets } = await findTargets(ports.files, scope.roots);
    const versions = await versionLines(ports, scope, targets);
    const reads = scope.roots.map((root): Effect => ({ verb: 'read', object: root, zone: 'workspace' }));
    return [...reads, ...versions.map(({ root, line }): Effect => versionEffect(root, line))];
  },
  async run(ports, scope, _input, authorized, signal) {
    const { targets, faults } = await findTargets(ports.files, scope.roots);
    const versions = new Map<string, string>();
    for (const [index, { kind, root, line, words }] of (await versionLines(ports, scope, targets)).entries()) {
      const run = { line, words, accepts: [], part: `version-${index}`, timeoutMs: 20_000 };
      const { ok, output } = await runLine({ ports, scope, authorized, root }, run, signal);
      versions.set(kind.name, ok ? (versionIn(output) ?? 'of an unknown version') : 'which does not start');
    }
    const shown = await Promise.all(targets.map((target) => targetLine(ports, scope, target, versions)));
    const none =
      'No deployment target was found. Name one in .openmagus/deploy.json: {"targets": {"site": {"kind": "rsync", "source": "public", "host": "user@host", "path": "/srv/site"}}}.';
    return { ok: true, content: [...(shown.length === 0 ? [none] : shown), ...faults].join('\n') };
  },
};

/** Programs of the user say their version and do nothing else. */
function versionEffect(root: string, line: string): Effect {
  return { verb: 'run', object: `${root}$ ${line}`, zone: 'workspace', readsOnly: true };
}

interface VersionLine {
  readonly kind: DeployKind;
  readonly root: string;
  readonly line: string;
  readonly words: readonly string[];
}

async function versionLines(
  ports: Ports,
  scope: ToolScope,
  targets: readonly FoundTarget[],
): Promise<readonly VersionLine[]> {
  const lines: VersionLine[] = [];
  for (const { kind, root } of targets) {
    if (lines.some((line) => line.kind === kind)) continue;
    const path = await ports.commands.find(kind.programs[0] ?? kind.name, scope.roots);
    const words = path === undefined ? [] : [path, ...kind.version];
    if (words.length > 0) lines.push({ kind, root, words, line: commandLine(words, ports.commands.shell) });
  }
  return lines;
}

async function targetLine(
  ports: Ports,
  scope: ToolScope,
  { name, kind, settings, lacking, named }: FoundTarget,
  versions: ReadonlyMap<string, string>,
): Promise<string> {
  const missing: string[] = [];
  for (const program of kind.programs)
    if ((await ports.commands.find(program, scope.roots)) === undefined) missing.push(program);
  const { kind: _kind, health: _health, ...said } = settings;
  const what = Object.entries(said)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
  const version = versions.get(kind.name) ?? '';
  const old = kind.least !== undefined && /^\d/.test(version) && isOlder(version, kind.least);
  const state = [
    missing.length > 0
      ? `${missing.join(' and ')} missing: ${kind.install}`
      : `${kind.versionName ?? kind.programs[0]} ${version}${old ? `, too old: ${kind.least} or newer is needed: ${kind.install}` : ''}`,
    ...(lacking.length > 0 ? [`not whole: name ${lacking.join(', ')} in .openmagus/deploy.json`] : []),
    ...(named ? [] : ['found by its files']),
  ];
  return `${name} (${kind.name}): ${what || 'this folder'}\n  ${state.join('; ')}`;
}
