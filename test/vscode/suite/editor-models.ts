import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ModelRequest } from '../../../src/core/ports.ts';
import { editorModels, editorTransport } from '../../../src/host/editor-models.ts';
import { modelAddress } from '../../support/model-address.ts';
import { type Answered, askRouter, routerOf } from '../../support/router-rig.ts';
import { activated, eventually, forgetModels, useModel } from './rig.ts';

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC';

/**
 * A model object of VS Code itself as a deployment. The one that is at hand is the one that we publish: a request goes from a router
 * to VS Code, from there to our provider, and by its router to the scripted server.
 */
describe('a model of VS Code as a deployment', () => {
  before(activated);
  afterEach(forgetModels);

  const published = async () => vscode.lm.selectChatModels({ vendor: 'openmagus' });
  const timeouts = { firstByteMs: 20_000, idleMs: 1000, totalMs: 30_000 };
  const router = (model = 'primary', more: object = {}) =>
    routerOf(
      { kind: 'vscode-lm', model, timeouts, ...more },
      { open: async (address) => editorTransport(address, published) },
    );
  const ask = async (request: Partial<ModelRequest> = {}, model?: string): Promise<Answered> => {
    await eventually(async () => (await published()).length === 1, 'a published model');
    return askRouter(router(model), request);
  };

  it('gets text, calls and answers of tools through, with the words of the system as the user’s', async () => {
    const model = await useModel(() => ({ text: 'I look.', calls: [{ name: 'look', args: { at: 'ü' } }] }));
    const { reply, shown } = await ask({
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Look', images: [`data:image/png;base64,${pixel}`] },
        { role: 'assistant', content: 'Once.', calls: [{ id: 'c1', name: 'look', arguments: '{"at":"it"}' }] },
        { role: 'tool', callId: 'c1', content: 'seen' },
      ],
      tools: [{ name: 'look', description: 'Looks', parameters: { type: 'object' } }],
    });
    assert.deepEqual([reply.text, shown, reply.finish], ['I look.', 'I look.', 'tool-calls']);
    assert.deepEqual(
      reply.calls.map(({ name, arguments: args }) => [name, JSON.parse(args)]),
      [['look', { at: 'ü' }]],
    );
    assert.ok(reply.usage.inputTokens > 0 && reply.usage.outputTokens > 0);
    const sent = model.requests.at(-1);
    assert.deepEqual(sent?.tools, ['look']);
    assert.match(JSON.stringify(sent?.messages[0]), /"user".*Be short\./);
    assert.match(sent?.raw ?? '', /data:image\/png;base64,iVBOR/);
    const roles = sent?.messages.map(({ role }) => role) ?? [];
    assert.deepEqual(roles.slice(-2), ['assistant', 'tool']);
    const answer = sent?.messages.at(-1);
    assert.deepEqual([answer?.tool_call_id, answer?.content], ['c1', 'seen']);
  });

  it('tells its room, and that no answer can be held to a shape', async () => {
    await useModel(() => ({ text: 'Fine.' }));
    await eventually(async () => (await published()).length === 1, 'a published model');
    const transport = editorTransport(
      modelAddress('', { endpoint: { kind: 'vscode-lm' }, deployment: { model: 'primary' } }),
      published,
    );
    assert.deepEqual(await transport.facts?.(new AbortController().signal), {
      schema: false,
      contextTokens: (await published())[0]?.maxInputTokens,
    });
  });

  it('that falls silent is given up, and so is the request behind it', async () => {
    const model = await useModel(() => ({ text: 'I begin', silence: true }));
    await assert.rejects(ask(), { code: 'STALLED' });
    await eventually(() => model.requests.every(({ abandonedAt }) => abandonedAt !== undefined), 'no open request');
  });

  it('is cancelled in the middle', async () => {
    const model = await useModel(() => ({ text: 'I begin', silence: true }));
    await eventually(async () => (await published()).length === 1, 'a published model');
    const cancel = new AbortController();
    const heard = { shown: '', failed: [] };
    const asked = askRouter(router(), {}, heard, cancel.signal);
    await eventually(() => heard.shown === 'I begin', 'the beginning of the answer');
    cancel.abort();
    await assert.rejects(asked);
    await eventually(() => model.requests.every(({ abandonedAt }) => abandonedAt !== undefined), 'no open request');
  });

  it('that is not there is a fault, and the next deployment answers', async () => {
    const model = await useModel(() => ({ text: 'Here I am.' }));
    await assert.rejects(ask({}, 'gone'), { code: 'MODEL_NOT_FOUND' });
    const both = routerOf(
      {
        endpoints: { copilot: { kind: 'vscode-lm' }, own: { kind: 'vscode-lm' } },
        groups: {
          main: [
            { endpoint: 'copilot', model: 'gone', order: 1 },
            { endpoint: 'own', model: 'primary', order: 2 },
          ],
        },
        routing: { primary: 'main' },
      },
      { open: async (address) => editorTransport(address, published) },
    );
    const { reply } = await askRouter(both);
    assert.deepEqual([reply.text, reply.deployment], ['Here I am.', 'own/primary']);
    assert.equal(model.requests.length, 1);
  });

  it('is never one of ours where a user configures it', async () => {
    await useModel(() => undefined);
    await eventually(async () => (await published()).length === 1, 'a published model');
    assert.ok((await editorModels()).every(({ vendor }) => vendor !== 'openmagus'));
  });
});

/** A provider may heed no cancelling, and VS Code hands on whatever it does. */
describe('a model of VS Code that heeds nothing', () => {
  const never = new Promise<never>(() => {});
  const timeouts = { firstByteMs: 200, idleMs: 200, totalMs: 5000 };
  const address = modelAddress('', { endpoint: { kind: 'vscode-lm' }, deployment: { model: 'deaf' }, timeouts });
  const request = {
    purpose: 'act',
    session: 's',
    messages: [{ role: 'user', content: 'Hello' }],
    tools: [],
    omit: new Set<never>(),
  } as const;
  const model = (more: object) =>
    ({ id: 'deaf', family: 'deaf', countTokens: async () => 3, ...more }) as unknown as vscode.LanguageModelChat;
  const saying = (after: Promise<unknown>) => ({
    stream: (async function* () {
      yield new vscode.LanguageModelTextPart('Here.');
      await after;
    })(),
  });
  const complete = (offered: () => Promise<vscode.LanguageModelChat>, signal = new AbortController().signal) =>
    editorTransport(address, async () => [await offered()]).complete(request, () => {}, signal);

  it('is sent nothing when the task is cancelled while models are looked for', async () => {
    const found = Promise.withResolvers<vscode.LanguageModelChat>();
    const cancel = new AbortController();
    let sent = 0;
    const asked = complete(() => found.promise, cancel.signal);
    cancel.abort();
    const sendRequest = async () => {
      sent += 1;
      return saying(Promise.resolve());
    };
    found.resolve(model({ sendRequest }));
    await assert.rejects(asked, { kind: 'cancelled' });
    await assert.rejects(
      complete(() => found.promise, cancel.signal),
      { kind: 'cancelled' },
    );
    assert.equal(sent, 0);
  });

  it('is given up where it never answers, never ends, or is cancelled meanwhile', async () => {
    await assert.rejects(
      complete(async () => model({ sendRequest: () => never })),
      { code: 'FIRST_BYTE_LATE' },
    );
    const hanging = async () => model({ sendRequest: async () => saying(never) });
    await assert.rejects(complete(hanging), { code: 'STALLED' });
    await assert.rejects(complete(hanging, AbortSignal.timeout(20)), { kind: 'cancelled' });
  });

  it('has answered though it never counts its words', async () => {
    const reply = await complete(async () =>
      model({ sendRequest: async () => saying(Promise.resolve()), countTokens: () => never }),
    );
    assert.equal(reply.text, 'Here.');
    assert.ok(reply.usage.outputTokens > 0);
  });
});
