import type { Release } from '../../core/deploy/deployment.ts';
import { MagusError, toMagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import type { ToolScope } from '../../core/tools/tool.ts';
import { underWay } from './release.ts';

const lastReleases = 20;

/** Who carries a release out just now, in words; undefined: nobody. */
export async function whoRuns(ports: Ports, scope: ToolScope, deployment: Release): Promise<string | undefined> {
  const { plan, state, command } = deployment;
  if (underWay.has(plan.planId)) return 'is under way';
  if (command !== undefined && state !== 'rolled-back') {
    const [alive] = await ports.commands.survivors([{ taskId: plan.taskId, ...command }]);
    if (alive !== undefined) return `still runs as process ${alive.pids.join(', ')}, left by a session that ended`;
  }
  if ((state !== 'applying' && state !== 'rolling-back') || plan.taskId === scope.taskId) return undefined;
  try {
    await (await ports.log.acquire(plan.taskId)).release();
  } catch (caught) {
    if (toMagusError(caught).code === 'LEASED') return 'is under way in another process';
  }
  return undefined;
}

/** Two deployments at once to one target would mix. Throws `tool-input` with code BUSY while another one is under way. */
export async function assertNobodyDeploys(ports: Ports, scope: ToolScope, deployment: Release): Promise<void> {
  for (const other of await ports.deployments.releases(deployment.plan.root, lastReleases)) {
    const open = other.state === 'applying' || other.state === 'rolling-back' || other.state === 'outcome-unknown';
    const itself = other.plan.planId === deployment.plan.planId;
    const runs = open && !itself && sameTarget(other, deployment) ? await whoRuns(ports, scope, other) : undefined;
    if (runs !== undefined)
      throw new MagusError(
        'tool-input',
        `The release ${other.plan.planId} of the same target ${runs}. Wait for its end, or stop it.`,
        {
          code: 'BUSY',
        },
      );
  }
}

/** Of one workspace folder. A name that changes nothing of what is run makes no other target. */
export function sameTarget({ plan: one }: Release, { plan: other }: Release): boolean {
  const alike = one.target === other.target && one.object === other.object;
  return alike && (!one.environmentCounts || one.environment === other.environment);
}
