import { boundEnvironment, changesSince, digestOf } from '../../core/deploy/bound.ts';
import { type Deployment, planLifetimeMs } from '../../core/deploy/deployment.ts';
import { hashFiles } from '../../core/deploy/hash-files.ts';
import { kinds } from '../../core/deploy/kinds.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import type { ToolScope } from '../../core/tools/tool.ts';
import { answersTo } from './make-plan.ts';
import type { Place } from './run-line.ts';
import { type Recipes, recipeFor } from './wanted-target.ts';

interface PlanNamed {
  readonly plan_id: string;
  readonly digest: string;
}

/**
 * The plan, if it may be applied now: this task's, with this digest, never applied, younger than 15 minutes, its files and
 * variables as they were. Throws `tool-input` with code NO_PLAN, OTHER_TASK, WRONG_DIGEST, USED, EXPIRED or CHANGED.
 */
export async function usablePlan(ports: Ports, scope: ToolScope, named: PlanNamed): Promise<Deployment> {
  const deployment = await ports.deployments.get(named.plan_id);
  const refuse = (code: string, why: string): MagusError =>
    new MagusError('tool-input', `${why} Plan again with deploy_plan.`, { code });
  if (deployment === undefined) throw refuse('NO_PLAN', `There is no plan ${named.plan_id}.`);
  const { plan, digest, state } = deployment;
  if (plan.taskId !== scope.taskId) throw refuse('OTHER_TASK', `The plan ${plan.planId} belongs to another task.`);
  if (named.digest !== digest || digestOf(ports.hash, plan) !== digest)
    throw refuse('WRONG_DIGEST', `The digest is not that of the plan ${plan.planId}.`);
  if (state !== 'planned') throw refuse('USED', `The plan ${plan.planId} was applied before (${state}).`);
  const age = ports.clock.now() - plan.madeAtMs;
  if (age < 0 || age > planLifetimeMs)
    throw refuse('EXPIRED', `The plan ${plan.planId} is older than 15 minutes (${Math.round(age / 60_000)}).`);
  const now = {
    files: await hashFiles(ports, plan.root, plan.places, plan.reads),
    environment: boundEnvironment(ports.hash, ports.commands.environment()),
    identity: plan.bound.identity,
  };
  assertUnchanged(deployment, now);
  return deployment;
}

/** The target must answer as it did when the plan was made; for a rollback, apart from what applying has changed. */
export async function assertSameTarget(
  place: Place,
  deployment: Deployment,
  way: 'apply' | 'rollback',
  signal: AbortSignal,
): Promise<void> {
  const recipes = await recipesOf(place.ports, place.scope, deployment);
  const questions = targetQuestions(recipes, way);
  const now = await answersTo(place, recipes, questions, 'identity', signal);
  const asked = new Set(questions.map(({ label }) => label));
  const then = Object.entries(deployment.plan.bound.identity).filter(([label]) => asked.has(label));
  const { bound } = deployment.plan;
  assertUnchanged(
    { ...deployment, plan: { ...deployment.plan, bound: { ...bound, identity: Object.fromEntries(then) } } },
    { ...bound, identity: now },
  );
}

export function targetQuestions({ identity }: Recipes, way: 'apply' | 'rollback'): Recipes['identity'] {
  return way === 'apply' ? identity : identity.filter(({ moves }) => !moves);
}

/** From the settings as they were when the plan was made. */
export function recipesOf(ports: Ports, scope: ToolScope, { plan }: Deployment): Promise<Recipes> {
  const { settings, target, environment, planId } = plan;
  return recipeFor(ports, scope.roots, { kind: kinds[settings.kind], settings, target, environment, planId });
}

function assertUnchanged({ plan }: Deployment, now: Deployment['plan']['bound']): void {
  const changed = changesSince(plan.bound, now);
  if (changed.length === 0) return;
  const more = changed.length > 5 ? ` and ${changed.length - 5} more` : '';
  throw new MagusError(
    'tool-input',
    `Since the plan ${plan.planId} was made, this has changed: ${changed.slice(0, 5).join(', ')}${more}. Nothing was run; plan again with deploy_plan.`,
    { code: 'CHANGED' },
  );
}
