import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, eventually, forgetModels, setSettings, useModel } from './rig.ts';

describe('VS Code’s own chat', () => {
  before(activated);
  afterEach(forgetModels);

  const published = () => vscode.lm.selectChatModels({ vendor: 'openmagus' });

  it('has the primary model, and its text and calls', async () => {
    const model = await useModel(() => ({ text: 'From the router.', calls: [{ name: 'look', args: { at: 'it' } }] }));
    await eventually(async () => (await published()).length === 1, 'a published model');
    const [primary] = await published();
    assert.ok(primary);
    assert.equal(primary.name, 'OpenMagus primary');
    const response = await primary.sendRequest([vscode.LanguageModelChatMessage.User('Hello')], {
      tools: [{ name: 'look', description: 'Looks', inputSchema: { type: 'object' } }],
    });
    const parts: unknown[] = [];
    for await (const part of response.stream) parts.push(part);
    const texts = parts.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''));
    assert.equal(texts.join(''), 'From the router.');
    const calls = parts.filter((part) => part instanceof vscode.LanguageModelToolCallPart);
    assert.deepEqual([calls[0]?.name, calls[0]?.input], ['look', { at: 'it' }]);
    assert.deepEqual(model.requests.at(-1)?.tools, ['look']);
    assert.ok((await primary.countTokens('some words')) > 1);
  });

  it('has none of ours while none is configured', async () => {
    await setSettings({ models: undefined });
    await eventually(async () => (await published()).length === 0, 'no published model');
  });
});
