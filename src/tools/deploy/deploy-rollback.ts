import * as z from 'zod/mini';
import { deployEffect, releaseEffects } from '../../core/deploy/deploy-effects.ts';
import { type Deployment, releasedStates } from '../../core/deploy/deployment.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { assertAuthorized } from '../../core/security/authorized.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import { shownOutcome } from './deploy-apply.ts';
import { confirmProduction } from './production.ts';
import { release } from './release.ts';
import { assertSameTarget, recipesOf, targetQuestions } from './usable-plan.ts';
import { sameTarget, whoRuns } from './who-runs.ts';

const input = z.object({ release_id: z.string().check(z.regex(/^[0-9a-f]{12}$/)) });
type DeployRollbackInput = z.infer<typeof input>;
const mostReleases = 200;

export const deployRollback: Tool<DeployRollbackInput> = {
  name: 'deploy_rollback',
  family: 'deploy',
  description:
    'Brings back what was before a release, in the way that its plan laid down. The user is asked every time.',
  input,
  describe: ({ release_id }) => `Roll back the release ${release_id}`,
  async effects(ports, scope, { release_id }) {
    const deployment = await reversible(ports, scope, release_id);
    const recipes = await recipesOf(ports, scope, deployment);
    const questions = targetQuestions(recipes, 'rollback').map(recipes.line);
    return releaseEffects(ports, deployment, 'rollback', questions);
  },
  async run(ports, scope, { release_id }, authorized, signal) {
    const asked = await reversible(ports, scope, release_id);
    assertAuthorized(authorized, 'deploy', deployEffect(asked, 'rollback').object);
    await confirmProduction(ports, scope, asked, 'rollback', signal);
    const place = { ports, scope, authorized, root: asked.plan.root };
    await assertSameTarget(place, asked, 'rollback', signal);
    const deployment = await reversible(ports, scope, release_id);
    const { command: _former, ...rest } = deployment;
    const begun: Deployment = { ...rest, state: 'rolling-back', changedAtMs: ports.clock.now() };
    if (!(await ports.deployments.change([deployment.state], begun)))
      throw new MagusError(
        'tool-input',
        `The release ${release_id} is being changed by somebody else. See deploy_status.`,
        {
          code: 'BUSY',
        },
      );
    return shownOutcome(begun, await release(place, begun, signal), scope.callId);
  },
};

/** Throws `tool-input` with code NO_RELEASE, BUSY, NEWER_RELEASE or NO_ROLLBACK. */
async function reversible(ports: Ports, scope: ToolScope, releaseId: string): Promise<Deployment> {
  const deployment = await ports.deployments.get(releaseId);
  const refuse = (code: string, why: string): MagusError => new MagusError('tool-input', why, { code });
  if (deployment === undefined || !scope.roots.includes(deployment.plan.root))
    throw refuse('NO_RELEASE', `There is no release ${releaseId} of this workspace. deploy_status lists them.`);
  const { plan, state } = deployment;
  if (!releasedStates.includes(state))
    throw refuse('NO_RELEASE', `${releaseId} is ${state}: there is nothing to bring back.`);
  const runs = await whoRuns(ports, scope, deployment);
  if (runs !== undefined) throw refuse('BUSY', `The release ${releaseId} ${runs}. Wait for its end, or stop it.`);
  const all = await ports.deployments.releases(plan.root, mostReleases);
  const newer = all
    .slice(
      0,
      all.findIndex((other) => other.plan.planId === releaseId),
    )
    .find((other) => sameTarget(other, deployment) && other.state !== 'rolled-back');
  if (newer !== undefined)
    throw refuse('NEWER_RELEASE', `${newer.plan.planId} came after it on the same target. Roll that one back first.`);
  if (plan.rollback.commands.length === 0) throw refuse('NO_ROLLBACK', plan.rollback.note);
  return deployment;
}
