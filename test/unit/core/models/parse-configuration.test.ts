import assert from 'node:assert/strict';
import { isMagusError } from '../../../../src/core/errors/magus-error.ts';
import { parseModelConfiguration } from '../../../../src/core/models/parse-configuration.ts';

const whole = {
  endpoints: {
    litellm: { kind: 'litellm', baseURL: 'http://127.0.0.1:4000', secret: 'litellm' },
    ollama: { kind: 'ollama' },
    any: { kind: 'openai', baseURL: 'https://models.example/v1', apiKeyEnv: 'ANY_KEY', caFile: '/etc/ca.pem' },
    copilot: { kind: 'vscode-lm' },
  },
  groups: {
    main: [
      { endpoint: 'litellm', model: 'sonnet', order: 1 },
      { endpoint: 'copilot', model: 'gpt-5', order: 2 },
    ],
    local: [{ endpoint: 'ollama', model: 'qwen3-coder:30b', context: 32768, keepAlive: '30m' }],
  },
  routing: {
    primary: 'main',
    secondary: 'local',
    tasks: { plan: 'main', act: 'main', summarise: 'local' },
    fallbacks: { main: ['local'] },
    contextFallbacks: { local: ['main'] },
  },
  timeouts: { firstByteMs: 60000, idleMs: 30000, totalMs: 600000 },
  limits: { perDeployment: { parallel: 4, rpm: 0, tpm: 0 } },
  budget: { taskUsd: 1, dayUsd: 10 },
  cache: { exact: true, semantic: false, ttlS: 86400 },
};

function faultsOf(value: unknown): string {
  try {
    parseModelConfiguration(value, 'models.json');
  } catch (error) {
    assert.ok(isMagusError(error));
    assert.equal(error.kind, 'configuration');
    assert.match(error.message, /^models\.json is not right:/);
    return error.message;
  }
  return assert.fail('it was accepted');
}

describe('a model configuration', () => {
  it('is taken as it is written, with every default filled in', () => {
    const parsed = parseModelConfiguration(whole, 'models.json');
    assert.equal(parsed.endpoints['ollama']?.baseURL, 'http://127.0.0.1:11434');
    assert.deepEqual(parsed.perDeployment, { parallel: 4, rpm: 0, tpm: 0 });
    assert.deepEqual(parsed.budget, { taskUsd: 1, dayUsd: 10 });
    const bare = parseModelConfiguration({ ...whole, timeouts: { idleMs: 5 }, limits: {} }, 'models.json');
    assert.deepEqual(bare.timeouts, { firstByteMs: 60_000, idleMs: 5, totalMs: 600_000 });
  });

  it('may be one model and nothing else', () => {
    const parsed = parseModelConfiguration({ baseURL: 'http://127.0.0.1:4000/v1', model: 'sonnet' }, 'models.json');
    assert.equal(parsed.endpoints['model']?.kind, 'openai');
    assert.deepEqual(parsed.groups['main']?.[0]?.model, 'sonnet');
    assert.equal(parsed.routing.primary, 'main');
    const local = parseModelConfiguration({ kind: 'ollama', model: 'qwen3:8b', context: 8192 }, 'models.json');
    assert.equal(local.endpoints['model']?.baseURL, 'http://127.0.0.1:11434');
    assert.equal(local.groups['main']?.[0]?.context, 8192);
  });

  it('names the path and the fix of each fault', () => {
    const faults: readonly (readonly [RegExp, unknown])[] = [
      [/endpoints\.a\.kind: must be one of litellm, openai/, endpoint({ kind: 'anthropic', baseURL: 'https://a/v1' })],
      [/endpoints\.a\.baseURL: is missing; put the address/, endpoint({ kind: 'openai' })],
      [
        /endpoints\.a\.baseURL: "localhost:4000" is not an http.*with its scheme/,
        endpoint({ baseURL: 'localhost:4000' }),
      ],
      [/endpoints\.a\.baseURL: "ftp:\/\/a" is not/, endpoint({ baseURL: 'ftp://a' })],
      [/endpoints\.a\.baseURL: has a key in it.*apiKeyEnv/, endpoint({ baseURL: 'https://user:sk-1@a/v1' })],
      [/endpoints\.a\.baseURL: has a key in it/, endpoint({ baseURL: 'https://a/v1?api_key=sk-1' })],
      [/endpoints\.a: there is no "ignoreTls" here/, endpoint({ baseURL: 'https://a/v1', ignoreTls: true })],
      [/endpoints\.a\.baseURL: VS Code’s own/, endpoint({ kind: 'vscode-lm', baseURL: 'https://a' })],
      [/groups\.main: is empty; put a deployment/, { ...whole, groups: { ...whole.groups, main: [] } }],
      [
        /groups\.main\[0\]\.endpoint: "nobody" is not under endpoints; there are "litellm"/,
        { ...whole, groups: { ...whole.groups, main: [{ endpoint: 'nobody', model: 'm' }] } },
      ],
      [
        /groups\.main\[0\]\.model: is missing; it is a string/,
        { ...whole, groups: { ...whole.groups, main: [{ endpoint: 'any' }] } },
      ],
      [
        /groups\.main\[0\]\.weight: must be more than 0/,
        { ...whole, groups: { ...whole.groups, main: [{ endpoint: 'any', model: 'm', weight: 0 }] } },
      ],
      [/routing\.primary: "gone" is not under groups; there are "main", "local"/, routing({ primary: 'gone' })],
      [/routing\.tasks\.embed: "gone" is not under groups/, routing({ tasks: { embed: 'gone' } })],
      [/routing\.fallbacks\.main\[0\]: "gone" is not under groups/, routing({ fallbacks: { main: ['gone'] } })],
      [
        /routing\.fallbacks: goes round in a circle \(main → local → main\); take one/,
        routing({ fallbacks: { main: ['local'], local: ['main'] } }),
      ],
      [/cache\.semantic: needs a model that makes vectors/, { ...whole, cache: { semantic: true } }],
      [/routing\.contextFallbacks: goes round in a circle/, routing({ contextFallbacks: { main: ['main'] } })],
      [/routing: is missing/, { endpoints: {}, groups: {} }],
      [/budget\.taskUsd: must be at least 0/, { ...whole, budget: { taskUsd: -1 } }],
      [/the configuration: must be an object/, 'sonnet'],
    ];
    for (const [expected, value] of faults) assert.match(faultsOf(value), expected);
  });

  it('never shows the key of an address', () => {
    assert.doesNotMatch(faultsOf(endpoint({ baseURL: 'https://user:sk-secret@a/v1' })), /sk-secret/);
    assert.doesNotMatch(faultsOf(endpoint({ baseURL: 'user:sk-secret@a/v1?key=sk-secret' })), /sk-secret/);
  });

  it('tells every fault at once', () => {
    const message = faultsOf(routing({ primary: 'gone', secondary: 'gone too' }));
    assert.equal(message.split('\n').length, 3);
  });
});

function endpoint(a: Readonly<Record<string, unknown>>): unknown {
  return {
    endpoints: { a: { kind: 'openai', ...a } },
    groups: { main: [{ endpoint: 'a', model: 'm' }] },
    routing: { primary: 'main' },
  };
}

function routing(part: Readonly<Record<string, unknown>>): unknown {
  return { ...whole, routing: { primary: 'main', ...part } };
}
