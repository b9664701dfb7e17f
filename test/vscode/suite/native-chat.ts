import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, eventually, forgetModels, setSettings, useModel } from './rig.ts';

const published = () => vscode.lm.selectChatModels({ vendor: 'openmagus' });

describe('VS Code’s own chat', () => {
  before(activated);
  afterEach(forgetModels);

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

  it('answers as @magus with what was said before, and offers to run the words as a task', async () => {
    const model = await useModel(() => ({ text: 'Use a Map, as I said.' }));
    const { said, buttons, ended } = await askMagus('How would you do it?', [
      { asked: 'Which type is right here?', answered: 'A Map.' },
    ]);
    await ended;
    assert.equal(said.join(''), 'Use a Map, as I said.');
    assert.deepEqual(buttons, [
      { command: 'openmagus.runTask', title: 'Run as a Task', arguments: [{ goal: 'How would you do it?' }] },
    ]);
    const sent = model.requests.at(-1)?.messages ?? [];
    assert.deepEqual(
      sent.map(({ role }) => role),
      ['system', 'user', 'assistant', 'user'],
    );
    assert.deepEqual(
      sent.slice(1).map(({ content }) => content),
      ['Which type is right here?', 'A Map.', 'How would you do it?'],
    );
    assert.deepEqual(model.requests.at(-1)?.tools, []);
  });

  it('stops as @magus when the chat is stopped', async () => {
    const model = await useModel(() => ({ text: 'A long answer', silence: true }));
    const { said, stop, ended } = await askMagus('Tell me everything.');
    await eventually(() => said.join('') === 'A long answer', 'the beginning of the answer');
    stop();
    await ended.catch(() => undefined);
    await eventually(() => model.requests.at(-1)?.abandonedAt !== undefined, 'the request to be given up');
  });

  it('says as @magus what is wrong when no model answers', async () => {
    await useModel(() => ({ status: 401 }));
    const { ended } = await askMagus('Hello');
    await assert.rejects(ended, /refused the API key/);
  });

  it('has none of ours while none is configured', async () => {
    await setSettings({ models: undefined });
    await eventually(async () => (await published()).length === 0, 'no published model');
  });
});

interface Exchange {
  readonly said: string[];
  readonly buttons: vscode.Command[];
  readonly ended: Promise<unknown>;
  stop(): void;
}

/** Calls the participant as VS Code does, with its own kinds of turns. */
async function askMagus(
  prompt: string,
  before: readonly { readonly asked: string; readonly answered: string }[] = [],
): Promise<Exchange> {
  const { participant } = await activated();
  const said: string[] = [];
  const buttons: vscode.Command[] = [];
  const stream = {
    markdown: (text: string | vscode.MarkdownString) => void said.push(typeof text === 'string' ? text : text.value),
    button: (command: vscode.Command) => void buttons.push(command),
  } as unknown as vscode.ChatResponseStream;
  await eventually(async () => (await published()).length > 0, 'a published model');
  const [model] = await published();
  const request = {
    prompt,
    command: undefined,
    references: [],
    toolReferences: [],
    toolInvocationToken: undefined,
    model,
  };
  const cancel = new vscode.CancellationTokenSource();
  const ended = Promise.resolve(
    participant.requestHandler(
      request as unknown as vscode.ChatRequest,
      { history: before.flatMap(turnsOf) },
      stream,
      cancel.token,
    ),
  );
  return { said, buttons, ended, stop: () => cancel.cancel() };
}

/** VS Code makes them itself; their constructors are no part of its published types. */
function turnsOf({ asked, answered }: { readonly asked: string; readonly answered: string }) {
  type Maker<Turn> = new (...parts: unknown[]) => Turn;
  const RequestTurn = vscode.ChatRequestTurn as unknown as Maker<vscode.ChatRequestTurn>;
  const ResponseTurn = vscode.ChatResponseTurn as unknown as Maker<vscode.ChatResponseTurn>;
  const answer = new vscode.ChatResponseMarkdownPart(answered);
  return [
    new RequestTurn(asked, undefined, [], 'openmagus.magus', []),
    new ResponseTurn([answer], {}, 'openmagus.magus', undefined),
  ];
}
