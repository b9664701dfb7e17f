import { boundEnvironment, sortedJson } from '../../core/deploy/bound.ts';
import { commandLine } from '../../core/deploy/command-line.ts';
import type { TargetSettings } from '../../core/deploy/deploy-file.ts';
import type { Command, DeployKind, Question, Recipe } from '../../core/deploy/deploy-kind.ts';
import type { PlannedCommand } from '../../core/deploy/deployment.ts';
import { type FoundTarget, findTargets } from '../../core/deploy/find-targets.ts';
import { hashFiles } from '../../core/deploy/hash-files.ts';
import { isOlder, versionIn } from '../../core/deploy/is-older.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { holdsSecret } from '../../core/security/redact.ts';
import type { ToolScope } from '../../core/tools/tool.ts';

/** The target of that name. Throws `tool-input` where there is none, or where the project does not say enough of it. */
export async function wantedTarget(ports: Ports, scope: ToolScope, name: string): Promise<FoundTarget> {
  const { targets, faults } = await findTargets(ports.files, scope.roots);
  const found = targets.find((target) => target.name === name);
  if (found === undefined) {
    const known = targets.map((target) => target.name).join(', ') || 'none';
    const wrong = faults.length === 0 ? '' : ` ${faults.join(' ')}`;
    throw new MagusError('tool-input', `There is no deployment target ${name}. There are: ${known}.${wrong}`, {
      code: 'NO_TARGET',
    });
  }
  if (found.lacking.length === 0) return found;
  throw new MagusError(
    'tool-input',
    `The target ${name} is not whole: put {"targets": {"${name}": {"kind": "${found.settings.kind}", …}}} with ${found.lacking.join(', ')} into .openmagus/deploy.json.`,
    { code: 'INCOMPLETE_TARGET' },
  );
}

/** Absolute paths of the programs of a kind. Throws `tool-failed` NO_PROGRAM that says how to get a missing one. */
async function programsOf(
  ports: Ports,
  roots: readonly string[],
  { programs, optionalPrograms = [], install, name }: DeployKind,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const program of programs) {
    const path = await ports.commands.find(program, roots);
    if (path === undefined)
      throw new MagusError('tool-failed', `${program}, which ${name} needs, is not on the PATH. Get it: ${install}.`, {
        code: 'NO_PROGRAM',
      });
    found.set(program, path);
  }
  for (const program of optionalPrograms) {
    const path = await ports.commands.find(program, roots);
    if (path !== undefined) found.set(program, path);
  }
  return found;
}

export interface Recipes {
  readonly recipe: Recipe;
  /** As the shell gets it. Throws where it holds what looks like a secret. */
  line(command: Command): PlannedCommand;
  /** Which program it is, and the recipe's own questions. */
  readonly identity: readonly Question[];
}

export interface RecipeFor {
  readonly kind: DeployKind;
  readonly settings: TargetSettings;
  readonly target: string;
  readonly environment: string;
  readonly planId: string;
}

/** What would be run for a target, with the programs of this machine. */
export async function recipeFor(ports: Ports, roots: readonly string[], wanted: RecipeFor): Promise<Recipes> {
  const { kind, settings, target, environment, planId } = wanted;
  const programs = await programsOf(ports, roots, kind);
  const folder = await ports.deployments.folder();
  const program = (name: string): string | undefined => programs.get(name);
  const recipe = kind.recipe({ settings, environment, planId, folder, program });
  const line = ({ words, accepts = [] }: Command): PlannedCommand => {
    const text = commandLine(words, ports.commands.shell);
    if (!holdsSecret(text, ports.secrets())) return { line: text, words, accepts };
    throw new MagusError(
      'tool-input',
      `A command for ${target} would hold what looks like a secret. Let the program read it from its own login or a file instead.`,
      { code: 'SECRET_IN_COMMAND' },
    );
  };
  return { recipe, line, identity: [versionOf(kind, programs), ...recipe.identity] };
}

function versionOf(
  { name, programs, version, versionName = '', least, install }: DeployKind,
  paths: ReadonlyMap<string, string>,
): Question {
  const path = paths.get(programs[0] ?? name) ?? name;
  return {
    label: 'program',
    help: `${versionName || name} is missing or does not start. Get it: ${install}.`,
    words: [path, ...version],
    pick: (said) => {
      const found = versionIn(said);
      if (found === undefined) return undefined;
      if (least === undefined || !isOlder(found, least))
        return `${path} ${versionName === '' ? found : `(${versionName} ${found})`}`;
      throw new MagusError(
        'tool-failed',
        `${versionName || path} is version ${found}; ${name} needs ${least} or newer. Get it: ${install}.`,
        {
          code: 'OLD_PROGRAM',
        },
      );
    },
  };
}

/** Of commands, arguments, environment and the files that steer them, whichever plan they belong to: what a person allows when a target is first planned. */
export async function targetHashOf(
  ports: Ports,
  root: string,
  { recipe, identity, line }: Recipes,
  { kind, environment, planId }: RecipeFor,
): Promise<string> {
  const commands = [...identity, ...recipe.past, ...recipe.trial, ...recipe.apply].map((command) =>
    line(command).line.replaceAll(planId, 'PLAN'),
  );
  const variables = boundEnvironment(ports.hash, ports.commands.environment());
  const steering = await hashFiles(ports, root, recipe.steeredBy ?? [], recipe.reads);
  return ports.hash.sha256(sortedJson([root, kind.name, environment, commands, variables, steering]));
}
