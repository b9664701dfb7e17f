import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ports } from '../../../../src/core/ports.ts';
import { decide } from '../../../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../../../src/core/security/policy.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';
import { moveFile } from '../../../../src/tools/files/move-file.ts';
import { runCommand } from '../../../../src/tools/shell/run-command.ts';
import { type FileRig, fileRig } from '../files/file-rig.ts';

describe('what a call asks for in every mode', () => {
  let rig: FileRig;
  let ports: Ports;
  before(async () => {
    rig = await fileRig();
    for (const name of ['id_rsa', 'a.txt']) await writeFile(path.join(rig.root, name), 'a');
    const commands = { shell: '/bin/bash', sandboxMissing: async () => undefined } as unknown as Ports['commands'];
    ports = { ...rig.ports, commands };
  });
  const alwaysAsks = (effects: readonly Effect[]): boolean => {
    const { decision, always } = decide(effects, noTaint, { ...strictPolicy, trusted: true });
    return decision === 'ask' && always;
  };
  const running = (input: Parameters<typeof runCommand.effects>[2]) => runCommand.effects(ports, rig.scope, input);

  it('is leaving the sandbox, but for what only reads', async () => {
    assert.equal(alwaysAsks(await running({ command: 'python3 x.py' })), false);
    assert.equal(alwaysAsks(await running({ command: 'python3 x.py', outside_sandbox: true })), true);
    assert.equal(alwaysAsks(await running({ command: 'ls', outside_sandbox: true })), false);
  });

  it('is a secret or a place outside beside a program that acts, where no walls keep it', async () => {
    const bare = { ...ports, commands: { ...ports.commands, sandboxMissing: async () => 'bubblewrap is missing' } };
    const decided = async (command: string, own: Ports) => {
      const effects = await runCommand.effects(own, rig.scope, { command });
      const rules = [{ decide: 'allow' as const, command: 'npm test' }];
      return decide(effects, noTaint, { ...strictPolicy, trusted: true, rules }).decision;
    };
    for (const command of ['cat id_rsa; npm test', 'cat /etc/passwd && npm test', 'npm test < /etc/passwd'])
      assert.equal(await decided(command, bare as Ports), 'ask', command);
    for (const command of ['cat a.txt; npm test', 'npm test'])
      assert.equal(await decided(command, bare as Ports), 'allow');
    assert.equal(await decided('cat id_rsa; npm test', ports), 'allow', 'the sandbox shows no such file');
  });

  it('is a variable that decides what code runs', async () => {
    for (const name of ['SHELLOPTS', 'PS4', 'BASH_FUNC_ls%%', 'CDPATH', 'GCONV_PATH', 'PROMPT_COMMAND'])
      assert.equal(alwaysAsks(await running({ command: 'true', env: { [name]: 'x' } })), true, name);
    assert.equal(alwaysAsks(await running({ command: 'true', env: { CI: '1' } })), false);
  });

  it('is moving a file with secrets to where it could be read', async () => {
    const moving = (from: string) => moveFile.effects(ports, rig.scope, { from, to: 'notes.txt' });
    assert.equal(alwaysAsks(await moving('id_rsa')), true);
    assert.equal(alwaysAsks(await moving('a.txt')), false);
  });
});
