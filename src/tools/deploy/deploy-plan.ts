import * as z from 'zod/mini';
import { runEffect } from '../../core/deploy/deploy-effects.ts';
import { planLifetimeMs } from '../../core/deploy/deployment.ts';
import type { FoundTarget } from '../../core/deploy/find-targets.ts';
import { shownPlan } from '../../core/deploy/render-plan.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { assertAuthorized } from '../../core/security/authorized.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import type { Effect } from '../../protocol/effects.ts';
import { makePlan, type Wanted } from './make-plan.ts';
import { recipeFor, targetHashOf, wantedTarget } from './wanted-target.ts';

const input = z.object({
  target: z.string().check(z.minLength(1), z.maxLength(100)),
  env: z.string().check(z.regex(/^[\w][\w.-]{0,60}$/, 'must be a short name, such as staging')),
});
type DeployPlanInput = z.infer<typeof input>;

/** Plans by call: what is decided and what is run must speak of the same one. */
const planIds = new WeakMap<ToolScope, string>();

export const deployPlan: Tool<DeployPlanInput> = {
  name: 'deploy_plan',
  family: 'deploy',
  description:
    'Plans a deployment of a target that deploy_detect has found, to an environment (env): asks the target, tries what can be tried, changes nothing. ' +
    'Gives plan_id and digest for deploy_apply, good for 15 minutes and only while files and target stay as they are.',
  input,
  describe: ({ target, env }) => `Plan the deployment of ${target} to ${env}`,
  async effects(ports, scope, asked) {
    const { found, wanted } = await prepare(ports, scope, asked);
    const { recipe, identity, line } = wanted.recipes;
    const effects = [...identity, ...recipe.past, ...recipe.trial].map((question) =>
      runEffect(found.root, line(question), question.label !== 'program'),
    );
    const decided: Effect = { verb: 'control', object: decidedOn(wanted), zone: 'own' };
    const [first, ...rest] = effects;
    if (first === undefined || (wanted.known && recipe.steeredAnywhere === undefined)) return [...effects, decided];
    const target = `${found.name} (${recipe.object})`;
    const protects = wanted.known
      ? `what a trial runs, fetches or reads with your rights as the project describes it: ${target}`
      : `a deployment target that nobody has allowed yet with these commands, variables and files: ${target}`;
    return [{ ...first, protects }, ...rest, decided];
  },
  async run(ports, scope, asked, authorized, signal) {
    const { found, wanted } = await prepare(ports, scope, asked);
    assertAuthorized(authorized, 'control', decidedOn(wanted));
    const deployment = await makePlan({ ports, scope, authorized, root: found.root }, wanted, signal);
    const { plan, digest } = deployment;
    const until = new Date(plan.madeAtMs + planLifetimeMs).toISOString();
    const call = JSON.stringify({ plan_id: plan.planId, digest });
    const content = `plan_id: ${plan.planId}\ngood until: ${until}\n${shownPlan(plan, digest, 'apply')}\nNothing was changed yet. Apply it with deploy_apply ${call}; the user is asked.`;
    return { ok: true, content };
  },
};

function decidedOn({ targetHash }: Wanted): string {
  return `a plan for the target ${targetHash.slice(0, 16)}`;
}

async function prepare(
  ports: Ports,
  scope: ToolScope,
  { target, env: environment }: DeployPlanInput,
): Promise<{ readonly found: FoundTarget; readonly wanted: Wanted }> {
  const found = await wantedTarget(ports, scope, target);
  const only = found.settings.environment;
  if (only !== undefined && only !== environment)
    throw new MagusError('tool-input', `The target ${target} is for ${only} alone. Plan it with that as env.`, {
      code: 'OTHER_ENVIRONMENT',
    });
  const planId = planIds.get(scope) ?? ports.hash.sha256(ports.hash.randomId()).slice(0, 12);
  planIds.set(scope, planId);
  const { kind, settings, root } = found;
  const asked = { kind, settings, target, environment, planId };
  const recipes = await recipeFor(ports, scope.roots, asked);
  const targetHash = await targetHashOf(ports, root, recipes, asked);
  const known = await ports.deployments.knows(targetHash);
  return { found, wanted: { ...asked, recipes, targetHash, known } };
}
