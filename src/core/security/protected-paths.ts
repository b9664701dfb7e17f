import { foldCase } from './canonical-path.ts';

/**
 * The name of the protected thing that a path belongs to, or undefined: changes to it are asked in every approval mode,
 * because it decides what runs later, with which rights, or what an agent believes. `shownPath` is relative to the
 * workspace; a match counts at any depth and in any case, since file systems often ignore case.
 */
export function protectedName(shownPath: string): string | undefined {
  // Windows ignores dots and blanks at the end of a name, so `.git.` reaches `.git` there.
  const parts = foldCase(shownPath.replace(/\p{Cf}/gu, ''))
    .split(/[\\/]+/)
    .map((part) => part.replace(/(?<![. ])[. ]+$/, '').replace(/:.*$/s, ''))
    .filter((part) => part !== '');
  for (const [index, part] of parts.entries()) {
    const folder = protectedFolders.get(part);
    if (folder !== undefined) return folder;
    const pair = protectedPairs.get(`${part}/${parts[index + 1] ?? ''}`);
    if (pair !== undefined) return pair;
  }
  const file = parts.at(-1) ?? '';
  return protectedFiles.get(file) ?? protectedPatterns.find(([pattern]) => pattern.test(file))?.[1];
}

const rules = 'instructions for agents';
const continuousIntegration = 'a continuous integration workflow';
const packageManager = 'package manager configuration';
const lockFile = 'a lock file';
const mcp = 'MCP server configuration';
const hooks = 'hooks';
const editor = 'editor configuration';

const protectedFolders = new Map<string, string>([
  ['.git', "git's own data"],
  ['.vscode', editor],
  ['.devcontainer', editor],
  ['.idea', editor],
  ['.husky', hooks],
  ['.githooks', hooks],
  ['.lefthook', hooks],
  ['.circleci', continuousIntegration],
  ['.buildkite', continuousIntegration],
  ['.openmagus', "OpenMagus's own configuration"],
  ['.claude', rules],
  ['.cursor', rules],
  ['.windsurf', rules],
  ['.clinerules', rules],
  ['.roo', rules],
  ['.codex', rules],
  ['.gemini', rules],
  ['.yarn', packageManager],
  ['.ssh', 'keys'],
]);

const protectedPairs = new Map<string, string>([
  ['.github/workflows', continuousIntegration],
  ['.github/actions', continuousIntegration],
  ['.github/instructions', rules],
  ['.github/prompts', rules],
  ['.github/agents', rules],
  ['.github/chatmodes', rules],
  ['.github/hooks', hooks],
  ['.github/copilot-instructions.md', rules],
  ['.cargo/config', packageManager],
  ['.cargo/config.toml', packageManager],
]);

const protectedFiles = new Map<string, string>([
  ...named(rules, 'agents.md agents.override.md claude.md claude.local.md gemini.md copilot-instructions.md'),
  ...named(rules, '.cursorrules .windsurfrules .clinerules .roorules .rules'),
  ...named(hooks, 'lefthook.yml lefthook.yaml .pre-commit-config.yaml .lintstagedrc .huskyrc'),
  ...named(
    continuousIntegration,
    '.gitlab-ci.yml .gitlab-ci.yaml jenkinsfile azure-pipelines.yml azure-pipelines.yaml',
  ),
  ...named(
    continuousIntegration,
    '.travis.yml bitbucket-pipelines.yml appveyor.yml .appveyor.yml .drone.yml .woodpecker.yml',
  ),
  ...named(mcp, 'mcp.json .mcp.json mcp.jsonc mcp_config.json'),
  ...named(packageManager, '.npmrc .pnpmrc .pnpmfile.cjs pnpm-workspace.yaml pip.conf pip.ini .pypirc bunfig.toml'),
  ...named(packageManager, 'nuget.config .gemrc .condarc uv.toml .netrc _netrc'),
  ...named('scripts and dependencies', 'package.json'),
  ...named(lockFile, 'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb cargo.lock'),
  ...named(
    lockFile,
    'poetry.lock pipfile.lock uv.lock pdm.lock composer.lock gemfile.lock go.sum deno.lock flake.lock',
  ),
  ...named(lockFile, 'packages.lock.json gradle.lockfile mix.lock pubspec.lock package.resolved podfile.lock'),
  ...named("git's own data", '.gitmodules .gitconfig'),
]);

const protectedPatterns: readonly (readonly [RegExp, string])[] = [
  [/\.code-workspace$/, editor],
  [/\.instructions\.md$/, rules],
  [/^jenkinsfile\./, continuousIntegration],
  [/^\.yarnrc/, packageManager],
  [/^\.env/, 'environment secrets'],
];

function named(name: string, files: string): [string, string][] {
  return files.split(' ').map((file) => [file, name]);
}
