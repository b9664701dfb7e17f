import type { Deployment, DeploymentState, Health } from '../../core/deploy/deployment.ts';
import { healthWords } from '../../core/deploy/render-plan.ts';
import { isMagusError } from '../../core/errors/magus-error.ts';
import { parseWebAddress } from '../../core/security/egress.ts';
import { commandIdOf, type Place, type RunLine, runLine } from './run-line.ts';

const commandMs = 1_800_000;
const betweenChecksMs = 1000;

export interface Outcome {
  readonly state: DeploymentState;
  /** What the commands said. */
  readonly output: string;
  readonly note: string;
}

/** Releases whose commands this process runs just now. */
export const underWay = new Set<string>();

/**
 * Runs the commands of a release, or of its way back, one after the other; which of them is on disk before it starts. However it
 * is cut off, what is kept says that it was begun. `begun` is how it stands in the store.
 */
export async function release(place: Place, begun: Deployment, signal: AbortSignal): Promise<Outcome> {
  const { plan, state } = begun;
  const back = state === 'rolling-back';
  const commands = back ? plan.rollback.commands : plan.apply;
  const outputs: string[] = [];
  const deployments = place.ports.deployments;
  const keep = async (change: Partial<Deployment>): Promise<boolean> =>
    deployments.change([state], { ...begun, changedAtMs: place.ports.clock.now(), ...change });
  underWay.add(plan.planId);
  try {
    for (const [index, command] of commands.entries()) {
      const of = `command ${index + 1} of ${commands.length}`;
      const part = `${state}-${index}`;
      const note = `${of} was begun`;
      const commandId = commandIdOf(place.scope, part);
      await keep({ note, command: { commandId } });
      const onStarted: RunLine['onStarted'] = async (process) =>
        void (await keep({ note, command: { commandId, process } }));
      const run = { ...command, part, timeoutMs: commandMs, shown: true, onStarted };
      const { ok, output, exitCode } = await runLine(place, run, signal);
      outputs.push(`$ ${command.line}\n${output.trimEnd()}`.trimEnd());
      if (ok) continue;
      const ended = exitCode === null ? 'was ended' : `ended with exit code ${exitCode}`;
      return await settle(back ? 'rollback-failed' : 'failed', `${of} ${ended}`);
    }
    const unchecked = back ? 'rolled-back' : 'applied';
    if (plan.health === undefined) return await settle(unchecked, 'nothing was checked: no health check is named');
    await keep({ note: 'the health check was begun' });
    const { well, said } = await isWell(place, plan.health, signal);
    const checked = back ? 'rolled-back' : well ? 'verified' : 'unhealthy';
    return await settle(checked, `${healthWords(plan.health)}: ${well ? 'it is well' : `it is not. ${said}`}`);
  } catch (caught) {
    if (outputs.length === commands.length)
      await settle(back ? 'rolled-back' : 'applied', 'the health check was cut off');
    else await settle('outcome-unknown', `${back ? 'the rollback' : 'it'} was cut off: what it did is not known`);
    throw caught;
  } finally {
    underWay.delete(plan.planId);
  }

  async function settle(to: DeploymentState, note: string): Promise<Outcome> {
    await keep({ state: to, note });
    return { state: to, output: outputs.join('\n'), note };
  }
}

/** Looks until it is well or its time is over. */
async function isWell(place: Place, health: Health, signal: AbortSignal): Promise<{ well: boolean; said: string }> {
  const { clock } = place.ports;
  const end = clock.now() + health.withinS * 1000;
  for (let look = 0; ; look += 1) {
    const said = await lookOnce(place, health, look, signal);
    if (said === undefined) return { well: true, said: '' };
    if (clock.now() + betweenChecksMs > end) return { well: false, said };
    await clock.sleep(betweenChecksMs, signal);
  }
}

/** undefined: it is well; else what is wrong. */
async function lookOnce(place: Place, health: Health, look: number, signal: AbortSignal): Promise<string | undefined> {
  if ('command' in health) {
    const line = { line: health.command, words: [], accepts: [], part: `health-${look}`, timeoutMs: 180_000 };
    const { ok, output } = await runLine(place, line, signal);
    return ok ? undefined : output.trim().slice(-1000) || 'The command failed.';
  }
  try {
    const url = parseWebAddress(health.url);
    const request = { url, method: 'GET', headers: {}, maxBytes: 5_000_000, timeoutMs: 10_000 };
    const { status } = await place.ports.web.request(place.authorized, request, signal);
    return status >= 200 && status < 300 ? undefined : `It answers with ${status}.`;
  } catch (caught) {
    if (signal.aborted || !isMagusError(caught)) throw caught;
    return caught.message;
  }
}
