import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskEvent } from '../../src/protocol/task-event.ts';
import { buildExtension } from '../support/extension-package.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { assertWantedTree, carefulModel, goalIn } from './careful-task.ts';
import { type CommandLine, logOf, modelWords, newPlace, openmagus, type Place } from './command-line.ts';
import { sideBySide } from './side-by-side.ts';
import { assertWholeLog } from './whole-log.ts';

/** A holder that gave no sign of life for this long has lost its task. */
const staleMs = 10_000;
const settleMs = 500;
/** What a process that was stopped while it wrote has beside its file for the moment. */
const stagedByFrozen = /\/\.magus-[^/]+\.new$/;

describe('two processes on one task', () => {
  let model: ScriptedModel;
  before(async function () {
    this.timeout(60_000);
    await buildExtension();
    model = await startScriptedModel(carefulModel);
  });
  after(() => model.close());

  const run = (place: Place, onEvent?: Parameters<typeof openmagus>[2]): CommandLine =>
    openmagus(['run', ...modelWords(model.url), '--workspace', place.workspace, goalIn()], place, onEvent);
  const resume = (place: Place, taskId: string): CommandLine =>
    openmagus(['resume', taskId, ...modelWords(model.url)], place);

  it('leave it to the one that began, which the other says', async () => {
    const place = await newPlace();
    const second = Promise.withResolvers<CommandLine>();
    const first = run(place, ({ taskId, event }) => {
      if (event.type === 'plan-resolved') second.resolve(resume(place, taskId));
    });
    const refused = await (await second.promise).ended;
    assert.equal(refused.code, 2);
    assert.match(
      refused.errors,
      /being worked on by another process \(pid \d+\)\. Watch it there, or end it there and then resume/,
    );
    assert.deepEqual(refused.events, []);
    assert.equal((await first.ended).code, 0);
    assertWholeLog(logOf(place.home));
    await assertWantedTree(place.workspace);
    await place.remove();
  }).timeout(60_000);

  it('hand it over at once when the first is killed', async () => {
    const place = await newPlace();
    const { events } = await run(place, (_event, count, child) => {
      if (count === 60) child.kill('SIGKILL');
    }).ended;
    const began = performance.now();
    const { code, errors } = await resume(place, events[0]?.taskId ?? '').ended;
    assert.equal(code, 0, errors);
    assert.ok(performance.now() - began < staleMs, 'the lease of a dead process was waited for');
    await assertWantedTree(place.workspace);
    await place.remove();
  }).timeout(60_000);

  it('let a frozen one write nothing more once the other has taken over', async () => {
    const moments: readonly (readonly [TaskEvent['type'], number])[] = [
      ['plan-proposed', 1],
      ['step-started', 1],
      ['model-replied', 5],
      ['tool-call-started', 4],
      ['tool-call-started', 9],
      ['files-changing', 3],
      ['command-started', 4],
      ['tool-call-ended', 12],
    ];
    const { kills: frozen, broken } = await sideBySide(moments, moments.length, async (moment) => {
      const place = await newPlace();
      const { held, taskId } = await freezeAt(run, place, moment);
      try {
        await sleep(staleMs + 1000);
        const other = await resume(place, taskId).ended;
        assert.equal(other.code, 0, other.errors);
        const log = logOf(place.home);
        assertWholeLog(log);
        await assertWantedTree(place.workspace, stagedByFrozen);
        held.process.kill('SIGCONT');
        const late = await held.ended;
        assert.notEqual(late.code, 0);
        assert.match(late.errors, /was taken over by another process, which has let it go since/);
        await assertWantedTree(place.workspace);
        assert.deepEqual(logOf(place.home), log);
      } finally {
        held.process.kill('SIGKILL');
      }
      await place.remove();
      return 1;
    });
    console.log(
      `      ${frozen} holders frozen for ${(staleMs + 1000) / 1000} s, woken after another had finished their task`,
    );
    assert.deepEqual(broken, []);
  }).timeout(120_000);
});

/** Stops the process (SIGSTOP) right after an event; a stop inside a transaction would lock the journal, so not there. */
async function freezeAt(
  run: (place: Place, onEvent: Parameters<typeof openmagus>[2]) => CommandLine,
  place: Place,
  [type, nth]: readonly [TaskEvent['type'], number],
): Promise<{ readonly held: CommandLine; readonly taskId: string }> {
  const frozen = Promise.withResolvers<string>();
  let seen = 0;
  const held = run(place, ({ taskId, event }, _count, child) => {
    if (event.type !== type) return;
    seen += 1;
    if (seen !== nth) return;
    child.kill('SIGSTOP');
    frozen.resolve(taskId);
  });
  const taskId = await frozen.promise;
  // On a busy machine a thread may run on for a while after the signal was sent.
  for (await sleep(settleMs); isLocked(place.home); await sleep(settleMs)) {
    held.process.kill('SIGCONT');
    await sleep(5);
    held.process.kill('SIGSTOP');
  }
  return { held, taskId };
}

function isLocked(home: string): boolean {
  const database = new DatabaseSync(path.join(home, 'openmagus.db'), { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}
