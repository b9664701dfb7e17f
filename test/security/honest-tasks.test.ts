import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { People } from '../../src/core/ports.ts';
import { answers, calls, finish, taskRig, turns, yes } from '../integration/task/task-rig.ts';
import { type ConfinedRig, confinedRig, needsSandbox } from './confined-rig.ts';
import { type HonestTask, honestTasks, project } from './honest-tasks.ts';

/** Does the task in the mode where edits need no approval, and counts the questions, all answered with yes. */
async function questionsOf(task: HonestTask, sandbox: 'auto' | 'off'): Promise<number> {
  const rig = await taskRig();
  try {
    await writeFile(path.join(rig.home, 'security.json'), JSON.stringify({ sandbox }));
    await rig.write(project);
    const git = (...words: string[]): void => void execFileSync('git', ['-C', rig.root, ...words]);
    git('init', '-q');
    git('config', 'user.email', 'me@example.com');
    git('config', 'user.name', 'Me');
    git('add', '-A');
    git('commit', '-qm', 'Begin');
    let questions = 0;
    const people: People = {
      ...yes,
      approve: async () => {
        questions += 1;
        return true;
      },
    };
    rig.script(turns('edit_file', [...task.calls.map((call) => calls(call)), calls(finish())]));
    const { state } = await rig.run({ goal: task.title, mode: 'act', approve: 'edits' }, { people });
    assert.equal(state.ended?.status, 'unverified');
    const [file, content] = task.result;
    const said = answers(rig.model.requests.at(-1)).join('\n\n');
    assert.match(await rig.text(file).catch(() => ''), content, said);
    return questions;
  } finally {
    await rig.remove();
  }
}

describe('honest work in mode edits', () => {
  const table: string[] = [];
  let rig: ConfinedRig;
  before(async function () {
    rig = await confinedRig();
    await needsSandbox(this, rig);
  });
  after(async () => {
    await rig.close();
    console.log(['', '| task | questions with a sandbox | without |', '|---|---|---|', ...table].join('\n'));
  });

  for (const task of honestTasks) {
    it(`asks at most once with a sandbox: ${task.title}`, async function () {
      this.timeout(60_000);
      const confined = await questionsOf(task, 'auto');
      const free = await questionsOf(task, 'off');
      table.push(`| ${task.title} | ${confined} | ${free} |`);
      assert.ok(confined <= 1, `${confined} questions`);
      assert.ok(free >= confined);
    });
  }
});
