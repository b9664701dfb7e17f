import * as z from 'zod/mini';
import type { Release } from '../../core/deploy/deployment.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import { whoRuns } from './who-runs.ts';

const input = z.object({ release_id: z.optional(z.string().check(z.regex(/^[0-9a-f]{12}$/))) });
type DeployStatusInput = z.infer<typeof input>;
const mostReleases = 20;

export const deployStatus: Tool<DeployStatusInput> = {
  name: 'deploy_status',
  family: 'deploy',
  reads: true,
  description: 'What became of a release, or of the last ones of this workspace: state, check, way back.',
  input,
  describe: ({ release_id }) => (release_id === undefined ? 'List the releases' : `Look at the release ${release_id}`),
  effects: async () => [{ verb: 'read', object: 'releases of this workspace', zone: 'workspace' }],
  async run(ports, scope, { release_id }) {
    const found = release_id === undefined ? await latest(ports, scope) : [await one(ports, scope, release_id)];
    if (found.length === 0) return { ok: true, content: 'Nothing has been deployed from this workspace yet.' };
    const shown = await Promise.all(found.map((deployment) => statusOf(ports, scope, deployment)));
    return { ok: true, content: shown.join('\n') };
  },
};

async function latest(ports: Ports, scope: ToolScope): Promise<readonly Release[]> {
  return (await Promise.all(scope.roots.map((root) => ports.deployments.releases(root, mostReleases)))).flat();
}

async function one(ports: Ports, scope: ToolScope, releaseId: string): Promise<Release> {
  const found = await ports.deployments.get(releaseId);
  if (found && scope.roots.includes(found.plan.root)) return found;
  throw new MagusError(
    'tool-input',
    `There is no release ${releaseId} of this workspace. Leave release_id out to list them.`,
    {
      code: 'NO_RELEASE',
    },
  );
}

async function statusOf(ports: Ports, scope: ToolScope, deployment: Release): Promise<string> {
  const { plan, state, note, changedAtMs } = deployment;
  const open = state === 'applying' || state === 'rolling-back';
  const runs = await whoRuns(ports, scope, deployment);
  const now =
    runs !== undefined
      ? runs
      : open
        ? `started, outcome unknown: the session ended when ${note || 'nothing had run yet'}`
        : state;
  const back = state === 'planned' || state === 'rolled-back' ? '' : `\n  way back: ${wayBack(deployment)}`;
  return `${plan.planId} ${plan.target} to ${plan.environment}: ${plan.object}\n  ${now}, ${new Date(changedAtMs).toISOString()}\n  ${note}${back}`;
}

function wayBack({ plan }: Release): string {
  const { commands, note } = plan.rollback;
  return commands.length === 0 ? note : `deploy_rollback {"release_id":"${plan.planId}"}. ${note}`;
}
