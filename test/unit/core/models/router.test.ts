import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMagusError, type MagusError } from '../../../../src/core/errors/magus-error.ts';
import { type Fault, faultError } from '../../../../src/core/models/faults.ts';
import { parseModelConfiguration } from '../../../../src/core/models/parse-configuration.ts';
import { createRouter, type ModelRouter, type RouterPorts } from '../../../../src/core/models/router.ts';
import type { ModelFacts, TransportRequest } from '../../../../src/core/models/transport.ts';
import type { ModelReply } from '../../../../src/core/ports.ts';
import { askRouter, leapingClock } from '../../../support/router-rig.ts';

const usage = { inputTokens: 100, outputTokens: 20 };
type Script = (
  request: TransportRequest,
  onText: (text: string) => void,
) => Promise<Partial<ModelReply>> | Partial<ModelReply>;

interface Rig {
  readonly router: ModelRouter;
  /** Deployments in the order they were asked. */
  readonly asked: string[];
  readonly clock: ReturnType<typeof leapingClock>;
}

/** A router whose deployments answer as scripted, by name; without a script, with their own name. */
function rig(
  written: unknown,
  scripts: Readonly<Record<string, Script>> = {},
  more: Partial<RouterPorts> & { readonly facts?: Readonly<Record<string, ModelFacts>> } = {},
): Rig {
  const asked: string[] = [];
  const clock = leapingClock();
  const router = createRouter(parseModelConfiguration(written, 'The test'), {
    clock,
    random: Math.random,
    randomId: () => 'id',
    ledger: { reserve: async () => true, settle: async () => undefined },
    open: async ({ deployment: { model } }) => ({
      facts: async () => more.facts?.[model] ?? {},
      complete: async (request, onText) => {
        asked.push(model);
        const reply = (await scripts[model]?.(request, onText)) ?? {};
        return { text: model, calls: [], finish: 'stop', model, usage, ...reply };
      },
    }),
    openServer: async () => ({ list: async () => [] }),
    ...more,
  });
  return { router, asked, clock };
}

function fails(fault: Fault, retryAfterMs?: number): Script {
  return () => {
    throw faultError(fault, {
      server: 's',
      model: 'm',
      said: 'x',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  };
}

type Deployment = Readonly<Record<string, unknown>> & { readonly model: string };

function configured(
  groups: Readonly<Record<string, readonly Deployment[]>>,
  more: Readonly<Record<string, unknown>> = {},
): unknown {
  return {
    endpoints: { e: { kind: 'openai', baseURL: 'http://127.0.0.1:1/v1' }, proxy: { kind: 'litellm' } },
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, members]) => [name, members.map((member) => ({ endpoint: 'e', ...member }))]),
    ),
    routing: { primary: 'main' },
    ...more,
  };
}

async function refused(asked: Promise<unknown>): Promise<MagusError> {
  const error: unknown = await asked.then(
    () => assert.fail('it answered'),
    (thrown: unknown) => thrown,
  );
  if (!isMagusError(error)) throw error;
  return error;
}

const long = 'many words '.repeat(4000);

describe('the router', () => {
  it('asks in order, and within an order by weight', async () => {
    const main = [
      { model: 'late', order: 2 },
      { model: 'heavy', weight: 9 },
      { model: 'light', weight: 1 },
    ];
    const { router, asked } = rig(configured({ main }));
    for (let task = 0; task < 400; task += 1) await askRouter(router, { session: `task ${task}` });
    const heavy = asked.filter((model) => model === 'heavy').length;
    assert.ok(heavy > 320 && heavy < 395, `${heavy} of 400`);
    assert.ok(!asked.includes('late'));
  });

  it('keeps a session with one deployment', async () => {
    const main = ['a', 'b', 'c', 'd'].map((model) => ({ model }));
    const { router, asked } = rig(configured({ main }));
    for (let turn = 0; turn < 20; turn += 1) await askRouter(router, { session: 'one' });
    assert.equal(new Set(asked).size, 1);
    for (let task = 0; task < 40; task += 1) await askRouter(router, { session: `${task}` });
    assert.equal(new Set(asked).size, 4);
  });

  it('has a model for each purpose', async () => {
    const groups = { main: [{ model: 'large' }], quick: [{ model: 'small' }], plans: [{ model: 'wise' }] };
    const routing = { primary: 'main', secondary: 'quick', tasks: { plan: 'plans' } };
    const { router, asked } = rig(configured(groups, { routing }));
    for (const purpose of ['act', 'plan', 'summarise', 'advise'] as const) await askRouter(router, { purpose });
    assert.deepEqual(asked, ['large', 'wise', 'small', 'small']);
  });

  it('visits every fallback once, theirs as well', async () => {
    const groups = { main: [{ model: 'a' }], second: [{ model: 'b' }], third: [{ model: 'a' }, { model: 'c' }] };
    const routing = { primary: 'main', fallbacks: { main: ['second'], second: ['third'] } };
    const { router, asked } = rig(configured(groups, { routing }), {
      a: fails('auth'),
      b: fails('auth'),
      c: fails('auth'),
    });
    const error = await refused(askRouter(router));
    assert.deepEqual(asked, ['a', 'b', 'c']);
    assert.match(error.message, /1\. e\/a: refused the key.*\n2\. e\/b: .*\n3\. e\/c: /);
  });

  it('lets primary and secondary stand in for each other when nothing is said of fallbacks', async () => {
    const groups = { main: [{ model: 'large' }], quick: [{ model: 'small' }] };
    const routing = { primary: 'main', secondary: 'quick' };
    const { router } = rig(configured(groups, { routing }), { large: fails('quota') });
    assert.equal((await askRouter(router)).reply.text, 'small');
  });

  it('cools down at once, for requests side by side as well', async () => {
    const main = [
      { model: 'a', order: 1 },
      { model: 'b', order: 2 },
    ];
    const { router, asked, clock } = rig(configured({ main }), { a: fails('rate', 30_000) });
    await Promise.all([askRouter(router), askRouter(router), askRouter(router)]);
    const tries = asked.filter((model) => model === 'a').length;
    await askRouter(router);
    assert.equal(asked.filter((model) => model === 'a').length, tries);
    assert.deepEqual(clock.sleeps, []);
    await clock.sleep(31_000, new AbortController().signal);
    await askRouter(router);
    assert.equal(asked.filter((model) => model === 'a').length, tries + 1);
  });

  it('cools down when more than half of five requests a minute fail', async () => {
    const main = [
      { model: 'a', order: 1 },
      { model: 'b', order: 2 },
    ];
    const { router, asked } = rig(configured({ main }), { a: fails('overloaded') });
    for (let turn = 0; turn < 10; turn += 1) await askRouter(router);
    assert.equal(asked.filter((model) => model === 'a').length, 5);
  });

  it('does not ask again who refused the key, and says so', async () => {
    const { router, asked } = rig(configured({ main: [{ model: 'a' }] }), { a: fails('auth') });
    await refused(askRouter(router));
    const error = await refused(askRouter(router));
    assert.deepEqual(asked, ['a']);
    assert.equal(error.kind, 'configuration');
    assert.match(error.message, /e\/a: not asked until its configuration or key changes \(refused the key/);
  });

  it('stands back before a proxy that tries again itself', async () => {
    const { router, asked } = rig(configured({ main: [{ endpoint: 'proxy', model: 'a' }] }), { a: fails('server') });
    await refused(askRouter(router));
    assert.equal(asked.length, 2);
  });

  it('asks only those who can: tools, images, room', async () => {
    const main = [
      { model: 'plain', capabilities: [], order: 1 },
      { model: 'blind', capabilities: ['tools'], order: 2 },
      { model: 'small', context: 4000, order: 3 },
      { model: 'able', context: 200_000, order: 4 },
    ];
    const { router, asked } = rig(configured({ main }));
    const tools = [{ name: 'a', description: '', parameters: {} }];
    await askRouter(router, { tools });
    await askRouter(router, { messages: [{ role: 'user', content: 'see', images: ['data:,'] }] });
    await askRouter(router, { messages: [{ role: 'user', content: long, images: ['data:,'] }] });
    assert.deepEqual(asked, ['blind', 'small', 'able']);
    const none = rig(configured({ main: [{ model: 'plain', capabilities: [] }] }));
    assert.equal((await refused(askRouter(none.router, { tools }))).code, 'NO_CAPABLE_MODEL');
  });

  it('believes what the endpoint says a model can hold', async () => {
    const { router } = rig(configured({ main: [{ model: 'a' }] }), {}, { facts: { a: { contextTokens: 9000 } } });
    assert.equal(router.contextTokens, 128_000);
    await askRouter(router);
    assert.equal(router.contextTokens, 9000);
  });

  it('goes to a context fallback when nobody else has the room', async () => {
    const groups = { main: [{ model: 'small', context: 4000 }], wide: [{ model: 'wide', context: 200_000 }] };
    const routing = { primary: 'main', contextFallbacks: { main: ['wide'] } };
    const { router, asked } = rig(configured(groups, { routing }));
    await askRouter(router, { messages: [{ role: 'user', content: long }] });
    assert.deepEqual(asked, ['wide']);
    const told = rig(configured({ ...groups, main: [{ model: 'small' }] }, { routing }), {
      small: fails('context-too-long'),
    });
    await askRouter(told.router);
    assert.deepEqual(told.asked, ['small', 'wide']);
    const none = rig(configured({ main: [{ model: 'small', context: 4000 }] }));
    assert.equal(
      (await refused(askRouter(none.router, { messages: [{ role: 'user', content: long }] }))).code,
      'CONTEXT_TOO_LONG',
    );
  });

  it('keeps within requests at a time, a minute, and tokens a minute', async () => {
    const running = { now: 0, most: 0 };
    const slow: Script = async () => {
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await sleep(5);
      running.now -= 1;
      return {};
    };
    const narrow = rig(configured({ main: [{ model: 'a', limits: { parallel: 2 } }] }), { a: slow });
    await Promise.all(Array.from({ length: 8 }, () => askRouter(narrow.router)));
    assert.deepEqual([narrow.asked.length, running.most], [8, 2]);
    const rare = rig(configured({ main: [{ model: 'a', limits: { rpm: 3 } }] }));
    for (let turn = 0; turn < 4; turn += 1) await askRouter(rare.router);
    assert.ok((rare.clock.sleeps[0] ?? 0) > 59_000);
    const short = rig(configured({ main: [{ model: 'a', limits: { tpm: 150 } }] }));
    await askRouter(short.router);
    await askRouter(short.router, { messages: [{ role: 'user', content: 'word '.repeat(60) }] });
    assert.equal(short.clock.sleeps.length, 1);
    const peers = rig(
      configured({
        main: [
          { model: 'a', order: 1, limits: { rpm: 1 } },
          { model: 'b', order: 2 },
        ],
      }),
    );
    for (let turn = 0; turn < 3; turn += 1) await askRouter(peers.router);
    assert.deepEqual(peers.asked, ['a', 'b', 'b']);
  });

  it('is cancelled while it waits', async () => {
    const busy = rig(configured({ main: [{ model: 'a', limits: { parallel: 1 } }] }), {
      a: () => sleep(50).then(() => ({})),
    });
    const first = askRouter(busy.router);
    const controller = new AbortController();
    const second = askRouter(busy.router, {}, undefined, controller.signal);
    controller.abort();
    await assert.rejects(second, { name: 'AbortError' });
    await first;
  });

  it('loads a model that was unloaded, then asks once more', async () => {
    const steps: string[] = [];
    const { router } = rig(
      configured({ main: [{ model: 'a' }] }),
      {
        a: () => {
          steps.push('ask');
          if (steps.length === 1) throw faultError('model-unloaded', { server: 's', model: 'a', said: '' });
          return {};
        },
      },
      { openServer: async () => ({ list: async () => [], load: async (model) => void steps.push(`load ${model}`) }) },
    );
    assert.equal((await askRouter(router)).reply.text, 'a');
    assert.deepEqual(steps, ['ask', 'load a', 'ask']);
  });

  it('corrects its estimate by what the model counts', async () => {
    const words = { messages: [{ role: 'user' as const, content: long }] };
    const { router } = rig(configured({ main: [{ model: 'a', context: 60_000 }] }), {
      a: () => ({ usage: { inputTokens: 17_600, outputTokens: 1 } }),
    });
    await askRouter(router, words);
    const corrected = router.contextTokens;
    assert.ok(corrected < 50_000, `${corrected}`);
    for (let turn = 0; turn < 20; turn += 1) await askRouter(router, words);
    assert.ok(router.contextTokens <= corrected);
  });

  it('gives every attempt its deployment, fault, wait and cost', async () => {
    const price = { input: 1000, output: 1000 };
    const main = [
      { model: 'a', price, order: 1 },
      { model: 'b', price, order: 2 },
    ];
    const { router } = rig(configured({ main }), {
      a: (_request, onText) => {
        onText('Half a');
        throw faultError('server', { server: 's', model: 'a', said: '' });
      },
    });
    const { reply, failed } = await askRouter(router);
    assert.equal(failed[0]?.deployment, 'e/a');
    assert.equal(failed[0]?.group, 'main');
    assert.equal(failed[0]?.afterOutput, true);
    assert.ok((failed[0]?.usd ?? 0) > 0);
    assert.equal(reply.deployment, 'e/b');
    assert.equal(reply.usage.usd, 0.12);
  });
});

describe('the models at hand', () => {
  const groups = { main: [{ model: 'large' }], quick: [{ model: 'small' }] };
  const routing = { primary: 'main', secondary: 'quick', tasks: { plan: 'main' } };

  it('are shown by group, with their roles and their state', async () => {
    const { router } = rig(configured(groups, { routing }), { large: fails('rate', 30_000), small: fails('auth') });
    await refused(askRouter(router));
    const [main, quick] = router.desk.groups();
    assert.deepEqual([main?.roles, quick?.roles], [['primary', 'plan'], ['secondary']]);
    assert.deepEqual([main?.members[0]?.state, quick?.members[0]?.state], ['cooling', 'off']);
    assert.ok((main?.members[0]?.coolMs ?? 0) > 29_000);
    assert.match(quick?.members[0]?.reason ?? '', /refused the API key/);
  });

  it('are asked again once they pass a test', async () => {
    let broken = true;
    const { router } = rig(configured(groups, { routing }), {
      large: () => {
        if (broken) throw faultError('auth', { server: 's', model: 'm', said: '' });
        return {};
      },
    });
    await askRouter(router);
    await assert.rejects(router.desk.test('e/large', new AbortController().signal), { code: 'AUTH' });
    broken = false;
    await router.desk.test('e/large', new AbortController().signal);
    assert.equal((await askRouter(router, { session: 'new' })).reply.text, 'large');
    await assert.rejects(router.desk.test('e/none', new AbortController().signal), /There are: e\/large, e\/small/);
  });

  it('make room: the secondary is unloaded when the primary does not go in, never the other way', async () => {
    const memory = new Set(['small']);
    const server = {
      list: async () => [],
      load: async (model: string) => {
        if (memory.size > 0) throw faultError('server', { server: 's', model, said: 'out of memory' });
        memory.add(model);
      },
      unload: async (model: string) => void memory.delete(model),
    };
    const { router } = rig(configured(groups, { routing }), {}, { openServer: async () => server });
    const words: string[] = [];
    const signal = new AbortController().signal;
    await router.desk.load('e/large', (said) => words.push(said), signal);
    assert.deepEqual([[...memory], words], [['large'], ['Unloading small to make room']]);
    await assert.rejects(
      router.desk.load('e/small', () => undefined, signal),
      { code: 'SERVER' },
    );
    assert.deepEqual([...memory], ['large']);
  });
});

describe('a budget', () => {
  const price = { input: 1, output: 1 };

  it('is reserved before the request, side by side as well', async () => {
    const main = [{ model: 'a', price, output: 1000 }];
    const { router, asked } = rig(configured({ main }, { budget: { taskUsd: 0.0025 } }), {
      a: () => sleep(5).then(() => ({ usage: { inputTokens: 10, outputTokens: 10, usd: 0.00002 } })),
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => askRouter(router)));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2);
    // What was reserved and not used is there again.
    await askRouter(router);
    assert.equal(asked.length, 3);
    const error = await refused(askRouter(router, { spentUsd: 0.002 }));
    assert.deepEqual([error.kind, error.code], ['limit-reached', 'BUDGET_TASK']);
  });

  it('counts an unknown price as the dearest known, and goes to who is cheap enough', async () => {
    const main = [
      { model: 'unknown', order: 1 },
      { model: 'dear', order: 2, price: { input: 1, output: 1000 } },
      { model: 'cheap', order: 3, price: { input: 0, output: 0 } },
    ];
    const { router, asked } = rig(configured({ main }, { budget: { taskUsd: 0.5 } }));
    await askRouter(router);
    assert.deepEqual(asked, ['cheap']);
  });

  it('of a day is taken from the ledger, and settled', async () => {
    const settled: number[] = [];
    let left = true;
    const ledger = {
      reserve: async ({ limitUsd }: { readonly limitUsd: number }) => left && limitUsd === 2,
      settle: async (_id: string, usd: number) => void settled.push(usd),
    };
    const { router } = rig(configured({ main: [{ model: 'a', price }] }, { budget: { dayUsd: 2 } }), {}, { ledger });
    await askRouter(router);
    assert.deepEqual(settled, [0.00012]);
    left = false;
    assert.equal((await refused(askRouter(router))).code, 'BUDGET_DAY');
  });
});
