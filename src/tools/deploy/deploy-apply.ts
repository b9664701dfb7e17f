import * as z from 'zod/mini';
import { deployEffect, releaseEffects } from '../../core/deploy/deploy-effects.ts';
import type { Deployment } from '../../core/deploy/deployment.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import { assertAuthorized } from '../../core/security/authorized.ts';
import type { Tool, ToolResult } from '../../core/tools/tool.ts';
import { shownOutput } from '../shell/command-text.ts';
import { confirmProduction } from './production.ts';
import { type Outcome, release } from './release.ts';
import { assertSameTarget, recipesOf, targetQuestions, usablePlan } from './usable-plan.ts';
import { assertNobodyDeploys } from './who-runs.ts';

const input = z.object({
  plan_id: z.string().check(z.regex(/^[0-9a-f]{12}$/)),
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});
type DeployApplyInput = z.infer<typeof input>;

export const deployApply: Tool<DeployApplyInput> = {
  name: 'deploy_apply',
  family: 'deploy',
  description:
    'Carries out a plan of deploy_plan in this task, exactly as it was planned, and checks that it works. The user is asked every time.',
  input,
  describe: ({ plan_id }) => `Deploy by the plan ${plan_id}`,
  async effects(ports, scope, asked) {
    const deployment = await usablePlan(ports, scope, asked);
    const recipes = await recipesOf(ports, scope, deployment);
    const questions = targetQuestions(recipes, 'apply').map(recipes.line);
    return releaseEffects(ports, deployment, 'apply', questions);
  },
  async run(ports, scope, asked, authorized, signal) {
    const planned = await usablePlan(ports, scope, asked);
    assertAuthorized(authorized, 'deploy', deployEffect(planned, 'apply').object);
    await confirmProduction(ports, scope, planned, 'apply', signal);
    const place = { ports, scope, authorized, root: planned.plan.root };
    await assertSameTarget(place, planned, 'apply', signal);
    // People take their time: everything is looked at again when the last of them has answered.
    const deployment = await usablePlan(ports, scope, asked);
    await assertNobodyDeploys(ports, scope, deployment);
    const begun: Deployment = { ...deployment, state: 'applying', changedAtMs: ports.clock.now() };
    if (!(await ports.deployments.change(['planned'], begun)))
      throw new MagusError('tool-input', `The plan ${asked.plan_id} is being applied already.`, { code: 'USED' });
    return shownOutcome(begun, await release(place, begun, signal), scope.callId);
  },
};

/** For the model: what came of it, and the way back where that is wanted. */
export function shownOutcome({ plan }: Deployment, { state, output, note }: Outcome, callId: string): ToolResult {
  const wayBack =
    plan.rollback.commands.length === 0
      ? plan.rollback.note
      : `The way back: deploy_rollback {"release_id":"${plan.planId}"}. ${plan.rollback.note}`;
  const ok = state === 'applied' || state === 'verified' || state === 'rolled-back';
  const head = `release ${plan.planId}, ${plan.target} to ${plan.environment}: ${state}\n${note}`;
  const content = `${head}${state === 'rolled-back' ? '' : `\n${wayBack}`}\n\n${shownOutput(output, callId)}`.trimEnd();
  if (ok) return { ok, content };
  const message = `The release ${plan.planId} is ${state}: ${note}. ${wayBack}`;
  return { ok, content, error: { kind: 'tool-failed', code: state.toUpperCase().replaceAll('-', '_'), message } };
}
