import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LoggedEvent } from '../../src/protocol/task-event.ts';
import { projectFolder } from '../support/extension-package.ts';
import type { Scenario } from '../support/scripted-model.ts';
import { allowAll, ask, region } from './person.ts';
import { stage } from './stage.ts';

const fixtures = path.join(projectFolder, 'test', 'fixtures');
const goal = 'One test fails. Find out why and mend it.';

describe('the task of the demo', () => {
  it('ends verified with the same files in VS Code and on the command line', async () => {
    const scenario = JSON.parse(await readFile(path.join(fixtures, 'demo-scenario.json'), 'utf8')) as Scenario;
    const on = await stage();
    const window = await on.open('sample');
    on.play(scenario);
    await ask(window, goal, 'auto');
    await region(window, 'Plan').getByRole('button', { name: 'Accept', exact: true }).click();
    assert.equal(await allowAll(window), 'Done, and every check passed');
    const inVscode = await filesBelow(window.folder);
    await window.close();

    on.play(scenario);
    const scratch = await mkdtemp(path.join(tmpdir(), 'openmagus-same-'));
    const workspace = path.join(scratch, 'corner-shop');
    await cp(path.join(fixtures, 'demo-project'), workspace, { recursive: true });
    const words = ['run', '--json', '--model-url', on.model.url, '--model', 'scripted', '--approve', 'auto', goal];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(projectFolder, 'dist', 'cli.js'), ...words],
      { cwd: workspace, env: { ...process.env, OPENMAGUS_HOME: path.join(scratch, 'data') } },
    );
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as LoggedEvent;
    assert.equal(last.event.type === 'task-ended' && last.event.status, 'verified');
    assert.deepEqual(await filesBelow(workspace), inVscode);
    assert.ok(inVscode['src/cart.js']?.includes('item.price * item.quantity'));
    await rm(scratch, { recursive: true, force: true });
  });
});

async function filesBelow(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file)] = await readFile(file, 'utf8');
  }
  return files;
}
