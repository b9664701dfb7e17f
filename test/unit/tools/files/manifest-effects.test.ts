import assert from 'node:assert/strict';
import { writeFile as writeContent } from 'node:fs/promises';
import path from 'node:path';
import { decide } from '../../../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../../../src/core/security/policy.ts';
import type { Tool } from '../../../../src/core/tools/tool.ts';
import { applyPatch } from '../../../../src/tools/files/apply-patch.ts';
import { deleteFile } from '../../../../src/tools/files/delete-file.ts';
import { editFile } from '../../../../src/tools/files/edit-file.ts';
import { moveFile } from '../../../../src/tools/files/move-file.ts';
import { writeFile } from '../../../../src/tools/files/write-file.ts';
import { type FileRig, fileRig } from './file-rig.ts';

const manifest = '{\n  "version": "1.0.0",\n  "scripts": { "test": "node --test" }\n}\n';

describe('a change of package.json', () => {
  let rig: FileRig;
  beforeEach(async () => {
    rig = await fileRig();
    await writeContent(path.join(rig.root, 'package.json'), manifest);
  });

  async function alwaysAsks<Input>(tool: Tool<Input>, input: Input): Promise<boolean> {
    const parsed = tool.input.parse(input);
    return decide(await tool.effects(rig.ports, rig.scope, parsed), noTaint, { ...strictPolicy, trusted: true }).always;
  }
  const edit = (old_text: string, new_text: string) => ({ path: 'package.json', edits: [{ old_text, new_text }] });

  it('always asks where it changes what runs, whatever the tool', async () => {
    assert.ok(await alwaysAsks(editFile, edit('node --test', 'node steal.js')));
    assert.ok(await alwaysAsks(editFile, edit('"version"', '"dependencies": { "x": "1" }, "version"')));
    assert.ok(await alwaysAsks(writeFile, { path: 'package.json', content: '{}' }));
    assert.ok(await alwaysAsks(writeFile, { path: 'sub/../package.json', content: 'no json' }));
    assert.ok(await alwaysAsks(deleteFile, { path: 'package.json' }));
    assert.ok(await alwaysAsks(moveFile, { from: 'package.json', to: 'old.json' }));
    assert.ok(await alwaysAsks(moveFile, { from: 'evil.json', to: 'package.json' }));
    const patch =
      '*** Begin Patch\n*** Update File: package.json\n@@\n-  "version": "1.0.0",\n+  "bin": "x",\n*** End Patch';
    assert.ok(await alwaysAsks(applyPatch, { patch }));
  });

  it('asks like any other edit where it does not', async () => {
    assert.ok(!(await alwaysAsks(editFile, edit('1.0.0', '1.0.1'))));
    assert.ok(!(await alwaysAsks(writeFile, { path: 'package.json', content: manifest.replace('1.0.0', '2.0.0') })));
    assert.ok(!(await alwaysAsks(writeFile, { path: 'web/package.json', content: '{ "name": "web" }' })));
  });
});
