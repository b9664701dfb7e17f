import assert from 'node:assert/strict';
import {
  type AddedModel,
  withModel,
  withoutModel,
  withSecret,
} from '../../../../src/core/models/edit-configuration.ts';
import { parseModelConfiguration } from '../../../../src/core/models/parse-configuration.ts';

const proxy: AddedModel = {
  endpointName: 'litellm',
  endpoint: { kind: 'litellm', baseURL: 'http://127.0.0.1:4000', secret: 'litellm' },
  model: 'sonnet',
  role: 'primary',
};
const local: AddedModel = {
  endpointName: 'ollama',
  endpoint: { kind: 'ollama' },
  model: 'qwen3:8b',
  role: 'secondary',
};

describe('a configuration being edited', () => {
  const idsOf = (written: unknown) =>
    Object.entries(parseModelConfiguration(written, 'The test').groups).map(([name, members]) => [
      name,
      [...members].sort((a, b) => (a.order ?? 1) - (b.order ?? 1)).map(({ endpoint, model }) => `${endpoint}/${model}`),
    ]);

  it('begins with nothing', () => {
    assert.deepEqual(idsOf(withModel({}, proxy)), [['main', ['litellm/sonnet']]]);
    assert.deepEqual(idsOf(withModel(undefined, local)), [['secondary', ['ollama/qwen3:8b']]]);
  });

  it('turns the short form into the long one and loses no word of it', () => {
    const short = { baseURL: 'http://a/v1', model: 'm', secret: 's', context: 9000, budget: { taskUsd: 1 } };
    const edited = withModel(short, local);
    assert.deepEqual(idsOf(edited), [
      ['main', ['model/m']],
      ['secondary', ['ollama/qwen3:8b']],
    ]);
    const parsed = parseModelConfiguration(edited, 'The test');
    assert.deepEqual([parsed.endpoints['model']?.secret, parsed.groups['main']?.[0]?.context], ['s', 9000]);
    assert.deepEqual([parsed.budget.taskUsd, parsed.routing.secondary], [1, 'secondary']);
  });

  it('puts a model before or behind the primary one, and never twice', () => {
    const one = withModel({}, proxy);
    const before = withModel(one, { ...local, role: 'primary' });
    assert.deepEqual(idsOf(before), [['main', ['ollama/qwen3:8b', 'litellm/sonnet']]]);
    const behind = withModel(before, { ...local, role: 'fallback' });
    assert.deepEqual(idsOf(behind), [['main', ['litellm/sonnet', 'ollama/qwen3:8b']]]);
  });

  it('is told the name of a key', () => {
    const short = { baseURL: 'http://a/v1', model: 'm' };
    assert.deepEqual(withSecret(short, 'model', 'k'), { ...short, secret: 'k' });
    const parsed = parseModelConfiguration(withSecret(withModel({}, local), 'ollama', 'k'), 'The test');
    assert.deepEqual([parsed.endpoints['ollama']?.secret, parsed.endpoints['ollama']?.kind], ['k', 'ollama']);
  });

  it('takes a model out with all that only it had', () => {
    const both = withModel(withModel({}, proxy), local);
    const routing = {
      ...(both['routing'] as object),
      fallbacks: { main: ['secondary'] },
      tasks: { summarise: 'secondary' },
    };
    const left = withoutModel({ ...both, routing }, 'ollama/qwen3:8b');
    assert.deepEqual(left, withModel({}, proxy));
    const other = withoutModel({ ...both, routing }, 'litellm/sonnet');
    assert.deepEqual(idsOf(other), [['secondary', ['ollama/qwen3:8b']]]);
    assert.deepEqual(withoutModel(left, 'litellm/sonnet'), {});
  });
});
