import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepRule } from '../../../src/cli/keep-rule.ts';

describe('a rule kept from the terminal', () => {
  const before = process.env['OPENMAGUS_HOME'];
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'rules-'));
    process.env['OPENMAGUS_HOME'] = home;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['OPENMAGUS_HOME'];
    else process.env['OPENMAGUS_HOME'] = before;
    await rm(home, { recursive: true });
  });
  const rule = { decide: 'allow', effect: 'a'.repeat(64), note: '/work$ make' } as const;

  it('joins those that are there', async () => {
    await keepRule(rule);
    await keepRule({ decide: 'deny', command: 'git stash' });
    const kept: unknown = JSON.parse(await readFile(path.join(home, 'rules.json'), 'utf8'));
    assert.deepEqual(kept, [rule, { decide: 'deny', command: 'git stash' }]);
    assert.deepEqual(await readdir(home), ['rules.json']);
  });

  it('leaves a file alone that is wrong', async () => {
    await writeFile(path.join(home, 'rules.json'), '[{]');
    await assert.rejects(keepRule(rule), { code: 'BAD_RULES' });
    assert.equal(await readFile(path.join(home, 'rules.json'), 'utf8'), '[{]');
  });
});
