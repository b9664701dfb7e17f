import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildExtension } from '../support/extension-package.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { assertWantedTree, carefulModel, goalIn, writeWorkspace } from './careful-task.ts';
import { logOf } from './command-line.ts';
import { type HostLife, type HostWindow, openHostWindow } from './extension-host.ts';
import { seeded, wantedKills } from './kills.ts';
import { assertWholeLog } from './whole-log.ts';

/** So many tasks run in one extension host, each in a folder of its own: one kill meets every one of them somewhere else. */
const tasksAtOnce = 8;
/** Most events are met long before the last one is: the full set ends here. */
const longestMs = 240_000;
/** What even a slow machine kills in that time. */
const fewestTasks = 24;

describe('kill -9 of the extension host', () => {
  let model: ScriptedModel;
  let window: HostWindow;
  let life: HostLife;
  let boundaries = 0;
  const random = seeded(20_261_124);
  before(async function () {
    this.timeout(240_000);
    await buildExtension();
    model = await startScriptedModel(carefulModel);
    window = await openHostWindow({
      'openmagus.models': { baseURL: model.url, model: 'scripted' },
      'openmagus.approvals': 'auto',
    });
    await writeWorkspace(window.workspace);
    life = await window.live();
  });
  after(async () => {
    await window?.close();
    await model?.close();
  });

  it('without any kill ends verified', async () => {
    const { seen } = await startMany(1, () => false);
    boundaries = [...seen.values()][0] ?? 0;
    await judge([...seen.keys()]);
  }).timeout(60_000);

  it('loses and repeats nothing, whichever event of which task was the last one out', async () => {
    const wanted = wantedKills().ofTheHost;
    const met = new Set<number>();
    const broken: string[] = [];
    const began = performance.now();
    let kills = 0;
    let tasks = 0;
    while (tasks < wanted && met.size < boundaries - 1 && performance.now() - began < longestMs) {
      const { seen, killed } = await startMany(tasksAtOnce, ripeMoment(met));
      if (killed) {
        kills += 1;
        const running = [...seen].filter(([, seq]) => seq < boundaries);
        tasks += running.length;
        for (const [, seq] of running) met.add(seq);
        life = await window.live();
        await resumeAll(running.map(([taskId]) => taskId));
      }
      await judge([...seen.keys()]).catch((error: unknown) => broken.push(String(error)));
    }
    const took = ((performance.now() - began) / 1000).toFixed(0);
    console.log(
      `      ${kills} kills met ${tasks} running tasks at ${met.size} of ${boundaries - 1} event boundaries, ${took} s`,
    );
    assert.deepEqual(broken, []);
    assert.ok(tasks >= Math.min(wanted, fewestTasks), `only ${tasks} tasks were killed`);
  }).timeout(1_200_000);

  /** True at a moment, not always the earliest one, when many tasks stand at an event after which none was killed yet. */
  function ripeMoment(met: ReadonlySet<number>): (standing: readonly number[]) => boolean {
    const left = 1 - met.size / (boundaries - 1);
    let patience = random() * (boundaries - 10) * tasksAtOnce;
    return (standing) => {
      patience -= 1;
      const fresh = new Set(standing.filter((seq) => seq < boundaries && !met.has(seq))).size;
      return patience < 0 && fresh >= Math.max(1, Math.ceil(tasksAtOnce * left) + Math.ceil(patience / 100));
    };
  }

  /** Starts tasks shortly after each other; they end by themselves or, when the moment is ripe, with their extension host. */
  async function startMany(count: number, ripe: (standing: readonly number[]) => boolean) {
    const host = life;
    const seen = new Map<string, number>();
    const folders = Array.from({ length: count }, (_, index) => `task${index}`);
    await rm(window.workspace, { recursive: true, force: true });
    for (const folder of folders) await writeWorkspace(path.join(window.workspace, folder));
    let killed = false;
    let over = 0;
    const allEnded = Promise.withResolvers<void>();
    host.listen(({ taskId, seq, event }) => {
      if (killed) return;
      seen.set(taskId, seq);
      if (event.type === 'task-ended') over += 1;
      if (over === count) allEnded.resolve();
      killed = ripe([...seen.values()]);
      if (killed) process.kill(host.pid, 'SIGKILL');
    });
    for (const folder of folders) {
      if (killed) break;
      host.order({ type: 'start', goal: goalIn(folder) });
      await sleep(random() * 100);
    }
    await Promise.race([allEnded.promise, host.ended]);
    return { seen, killed };
  }

  async function resumeAll(taskIds: readonly string[]): Promise<void> {
    const open = new Set(taskIds);
    const allEnded = Promise.withResolvers<void>();
    life.listen(({ taskId, event }) => {
      if (event.type === 'task-ended') open.delete(taskId);
      if (open.size === 0) allEnded.resolve();
    });
    for (const taskId of taskIds) life.order({ type: 'resume', taskId });
    if (open.size === 0) return;
    await Promise.race([allEnded.promise, life.ended.then(() => assert.fail('the extension host ended by itself'))]);
  }

  async function judge(taskIds: readonly string[]): Promise<void> {
    const log = logOf(window.home);
    for (const taskId of taskIds) {
      const own = log.filter((event) => event.taskId === taskId);
      const created = own[0]?.event;
      const folder = created?.type === 'task-created' ? /"(.*)"/.exec(created.start.goal)?.[1] : undefined;
      await assertWantedTree(path.join(window.workspace, folder ?? 'none'));
      assertWholeLog(own);
    }
  }
});
