import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildExtension } from '../support/extension-package.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { assertWantedTree, callsOfTheTask, carefulModel, goalIn } from './careful-task.ts';
import { logOf, modelWords, newPlace, openmagus, type Place } from './command-line.ts';
import { seeded, spread, wantedKills } from './kills.ts';
import { sideBySide } from './side-by-side.ts';
import { assertWholeLog } from './whole-log.ts';

describe('kill -9 of the command line', () => {
  let model: ScriptedModel;
  let boundaries = 0;
  before(async function () {
    this.timeout(60_000);
    await buildExtension();
    model = await startScriptedModel(carefulModel);
  });
  after(() => model.close());

  async function run(place: Place, killAt: Kill): Promise<{ readonly lines: number; readonly killed: boolean }> {
    const words = ['run', ...modelWords(model.url), '--workspace', place.workspace, goalIn()];
    return killing(openmagus(words, place, killer(killAt)));
  }

  async function resume(place: Place, killAt: Kill = never): Promise<boolean> {
    const taskId = logOf(place.home)[0]?.taskId;
    assert.ok(taskId, 'no task is in the journal');
    return (await killing(openmagus(['resume', taskId, ...modelWords(model.url)], place, killer(killAt)))).killed;
  }

  it('without any kill ends verified', async () => {
    const place = await newPlace();
    boundaries = (await run(place, never)).lines;
    const calls = logOf(place.home).filter(({ event }) => event.type === 'tool-call-started').length;
    assertWholeLog(logOf(place.home));
    await assertWantedTree(place.workspace);
    // Besides: the plan, and for each of the four steps its end and its check.
    assert.equal(calls - 9, callsOfTheTask);
    assert.equal(callsOfTheTask, 25);
    await place.remove();
  }).timeout(60_000);

  it('loses and repeats nothing, killed the moment an event is out', async () => {
    const chosen = spread(boundaries - 1, wantedKills().atBoundaries);
    const { kills, broken } = await sideBySide(chosen, side, async (boundary) => {
      const place = await newPlace();
      const { killed } = await run(place, { afterEvents: boundary, delayMs: 0 });
      if (killed) await resume(place);
      await judge(place);
      return killed ? 1 : 0;
    });
    console.log(`      ${kills} kills at ${chosen.length} of ${boundaries} event boundaries`);
    assert.deepEqual(broken, []);
    assert.ok(kills >= chosen.length - 2, `${kills} of ${chosen.length} came in time`);
  }).timeout(600_000);

  it('loses and repeats nothing, killed between events, and again while it resumes', async () => {
    const random = seeded(20_261_124);
    const anyKill = (most: number): Kill => ({ afterEvents: 1 + Math.floor(random() * most), delayMs: random() * 30 });
    const chosen = Array.from({ length: wantedKills().between }, () => [anyKill(boundaries - 1), anyKill(40)] as const);
    const { kills, broken } = await sideBySide(chosen, side, async ([first, second]) => {
      const place = await newPlace();
      const { killed } = await run(place, first);
      const again = killed && (await resume(place, second));
      if (again) await resume(place);
      await judge(place);
      return Number(killed) + Number(again);
    });
    console.log(`      ${kills} kills in ${chosen.length} runs at moments between events`);
    assert.deepEqual(broken, []);
    assert.ok(kills >= chosen.length, `only ${kills} kills`);
  }).timeout(600_000);
});

const side = Math.max(2, availableParallelism());

interface Kill {
  readonly afterEvents: number;
  readonly delayMs: number;
}
const never: Kill = { afterEvents: Number.POSITIVE_INFINITY, delayMs: 0 };

function killer({ afterEvents, delayMs }: Kill): Parameters<typeof openmagus>[2] {
  return (_event, count, child) => {
    if (count !== afterEvents) return;
    if (delayMs === 0) child.kill('SIGKILL');
    else void sleep(delayMs).then(() => child.kill('SIGKILL'));
  };
}

async function killing(started: ReturnType<typeof openmagus>): Promise<{ lines: number; killed: boolean }> {
  const { code, signal, events, errors } = await started.ended;
  const killed = signal === 'SIGKILL';
  assert.ok(killed || code === 0, `ended with ${code}: ${errors}`);
  return { lines: events.length, killed };
}

/** A place that is not as it should be is kept for whoever looks into it. */
async function judge(place: Place): Promise<void> {
  try {
    assertWholeLog(logOf(place.home));
    await assertWantedTree(place.workspace);
  } catch (error) {
    throw new Error(`${place.home}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  await place.remove();
}
