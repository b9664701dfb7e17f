import type { Effect } from '../../protocol/effects.ts';
import type { Ports } from '../ports.ts';
import { commandEffects } from '../security/command-effects.ts';
import { parseWebAddress } from '../security/egress.ts';
import { shellKind } from '../security/shell/shell-kind.ts';
import type { Deployment, Health, PlannedCommand } from './deployment.ts';
import { shownPlan } from './render-plan.ts';

/**
 * Running one command on this computer, outside the sandbox: it needs the user's own logins. What it says comes `fromOutside`,
 * unless it only says what it is itself.
 */
export function runEffect(
  root: string,
  { line, words }: Pick<PlannedCommand, 'line' | 'words'>,
  fromOutside = true,
): Effect {
  const program = words[0]?.split(/[\\/]/).at(-1) ?? '';
  return {
    verb: 'run',
    object: `${root}$ ${line}`,
    zone: 'workspace',
    ...(fromOutside ? { fromOutside } : {}),
    commands: [{ words: [program, ...words.slice(1)] }],
  };
}

/** The whole plan as one effect, which asks in every mode. `second`: of a production environment, asked for once more. */
export function deployEffect({ plan, digest }: Deployment, way: 'apply' | 'rollback', second = false): Effect {
  const where = `${plan.target} to ${plan.environment}: ${plan.object}`;
  return {
    verb: 'deploy',
    object: `${second ? 'second question: ' : ''}${way === 'apply' ? '' : 'the way back of '}${where} (${digest.slice(0, 12)})`,
    zone: 'outside',
    protects: second ? 'is a production environment of yours, so you are asked twice' : 'changes what others use',
    shown: shownPlan(plan, digest, way),
  };
}

/** What the effects of a release are judged by: the files of the project, and the shell that reads a health check. */
type EffectPorts = Pick<Ports, 'files'> & { readonly commands: Pick<Ports['commands'], 'shell'> };

/** What applying the plan, or bringing back what was before, will do: the questions to the target, the commands, the check. */
export async function releaseEffects(
  ports: EffectPorts,
  deployment: Deployment,
  way: 'apply' | 'rollback',
  questions: readonly PlannedCommand[],
): Promise<readonly Effect[]> {
  const { root, apply, rollback, health } = deployment.plan;
  const commands = way === 'apply' ? apply : rollback.commands;
  return [
    deployEffect(deployment, way),
    ...[...questions, ...commands].map((command) => runEffect(root, command)),
    ...(health === undefined ? [] : await healthEffects(ports, root, health)),
  ];
}

async function healthEffects(ports: EffectPorts, root: string, health: Health): Promise<readonly Effect[]> {
  if ('url' in health) return [{ verb: 'connect', object: parseWebAddress(health.url).href, zone: 'outside' }];
  const shell = shellKind(ports.commands.shell);
  return commandEffects(health.command, { files: ports.files, cwd: root, cwdZone: 'workspace', roots: [root], shell });
}
