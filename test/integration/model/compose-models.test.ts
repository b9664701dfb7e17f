import assert from 'node:assert/strict';
import { systemClock, systemHash } from '../../../src/adapters/system/system.ts';
import { composeModels } from '../../../src/compose-models.ts';
import type { ConfiguredModels } from '../../../src/core/models/configured-models.ts';
import { parseModelConfiguration } from '../../../src/core/models/parse-configuration.ts';
import { askRouter } from '../../support/router-rig.ts';
import { startScriptedModel } from '../../support/scripted-model.ts';

describe('the models in use', () => {
  const composed = () =>
    composeModels(undefined, {
      clock: systemClock,
      hash: systemHash,
      ledger: { reserve: async () => true, settle: async () => undefined },
      answers: { read: async () => undefined, keep: async () => undefined },
    });
  const configured = (baseURL: string, key?: string): ConfiguredModels => ({
    configuration: parseModelConfiguration({ baseURL, model: 'm', secret: 's' }, 'The test'),
    keyOf: async () => key,
  });

  it('are changed while they are in use, their keys as well', async () => {
    const [first, second] = await Promise.all(
      ['first', 'second'].map((text) => startScriptedModel(() => ({ text, delayMs: 30 }))),
    );
    assert.ok(first && second);
    const models = composed();
    await assert.rejects(askRouter(models.model), { code: 'NO_MODEL' });
    assert.equal(models.desk(), undefined);
    models.use(configured(first.url, 'sk-1'));
    const running = askRouter(models.model);
    models.use(configured(second.url, 'sk-2'));
    assert.equal((await running).reply.text, 'first');
    assert.equal((await askRouter(models.model)).reply.text, 'second');
    assert.deepEqual(
      [first, second].map(({ requests }) => requests[0]?.authorization),
      ['Bearer sk-1', 'Bearer sk-2'],
    );
    await first.close();
    await second.close();
  });

  it('of the editor come from the editor', async () => {
    const usage = { inputTokens: 1, outputTokens: 1 };
    const models = composed();
    models.use({
      configuration: parseModelConfiguration({ kind: 'vscode-lm', model: 'own' }, 'The test'),
      keyOf: async () => undefined,
      editor: {
        server: { list: async () => [{ name: 'own' }] },
        open: () => ({
          complete: async () => ({ text: 'Mine.', calls: [], finish: 'stop', model: 'own', usage }),
        }),
      },
    });
    assert.equal((await askRouter(models.model)).reply.text, 'Mine.');
    const [endpoint] = (await models.desk()?.endpoints(new AbortController().signal)) ?? [];
    assert.deepEqual(
      endpoint?.models.map(({ id, name }) => [id, name]),
      [['model/own', 'own']],
    );
    assert.ok(endpoint?.models[0]?.lastUsedAt);
  });

  it('of the editor cannot be reached without one: the next deployment is asked', async () => {
    const server = await startScriptedModel(() => ({ text: 'Here.' }));
    const models = composed();
    models.use({
      configuration: parseModelConfiguration(
        {
          endpoints: { copilot: { kind: 'vscode-lm' }, other: { kind: 'openai', baseURL: server.url } },
          groups: {
            main: [
              { endpoint: 'copilot', model: 'own', order: 1 },
              { endpoint: 'other', model: 'm', order: 2 },
            ],
          },
          routing: { primary: 'main' },
        },
        'The test',
      ),
      keyOf: async () => undefined,
    });
    const { reply, failed } = await askRouter(models.model);
    assert.deepEqual([reply.text, failed[0]?.fault], ['Here.', 'misconfigured']);
    await server.close();
  });
});
