import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Confirmation } from '../../../src/host/confirm.ts';
import { openLink } from '../../../src/host/open-link.ts';

describe('a link of a model', () => {
  const { openExternal } = vscode.env;
  const opened: unknown[] = [];
  const asked: Confirmation[] = [];
  beforeEach(() => {
    opened.length = 0;
    asked.length = 0;
    // VS Code leaves this to be replaced while extensions are tested.
    Object.assign(vscode.env, { openExternal: async (target: unknown) => opened.push(target) > 0 });
  });
  afterEach(() => Object.assign(vscode.env, { openExternal }));

  const open = (address: string, allowed: boolean) =>
    openLink(address, ['github.com'], {
      confirm: async (confirmation) => {
        asked.push(confirmation);
        return allowed;
      },
    });

  it('is opened as it is written, signs that are escaped included', async () => {
    const address = 'https://github.com/a%2Fb?q=a%26b%23c#d%20e';
    await open(address, false);
    assert.deepEqual([opened, asked], [[address], []]);
  });

  it('is asked for when a name stands before an allowed host', async () => {
    const address = 'https://evil.example%2F@github.com/?d=1';
    await open(address, false);
    assert.deepEqual(opened, []);
    assert.match(asked[0]?.detail ?? '', /evil\.example%2F@github\.com/);
    assert.match(asked[0]?.detail ?? '', /it leads to github\.com/);
    await open(address, true);
    assert.deepEqual(opened, [address]);
  });

  it('of another host is asked for', async () => {
    await open('https://example.com/', true);
    assert.match(asked[0]?.title ?? '', /example\.com/);
    assert.deepEqual(opened, ['https://example.com/']);
  });
});
