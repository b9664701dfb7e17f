import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { textSearch } from '../../../src/adapters/files/ripgrep-search.ts';
import { walkSearch } from '../../../src/adapters/files/walk-search.ts';
import { isOnBattery, linuxPowerSupply } from '../../../src/adapters/system/battery.ts';
import { runTask } from '../../../src/core/agents/coordinator.ts';
import { createTask } from '../../../src/core/agents/start-task.ts';
import type { Ports } from '../../../src/core/ports.ts';
import { noIndex, type WorkspaceIndex } from '../../../src/core/search/workspace-index.ts';
import { findRelevantFiles } from '../../../src/tools/search/find-relevant-files.ts';
import { fileRig } from '../../unit/tools/files/file-rig.ts';
import { answers, calls, finish, type TaskRig, taskRig } from '../task/task-rig.ts';
import { type IndexRig, indexRig, signal } from './index-rig.ts';

const files = {
  'src/price/total.js': 'export function totalPrice(items) {\n  return sum(items);\n}\n',
  'src/price/tax.js': 'export const taxRate = 0.2;\n',
  'src/users.js': 'export const users = [];\n',
  'notes.md': 'The total price is shown without tax.\n',
};

describe('find_relevant_files', () => {
  let rig: IndexRig;
  beforeEach(async () => {
    rig = await indexRig();
    await rig.write(files);
  });
  afterEach(() => rig.remove());

  async function ask(
    index: WorkspaceIndex,
    input: { query: string; limit?: number },
    { roots = [rig.root], search = textSearch([]) }: { roots?: readonly string[]; search?: Ports['search'] } = {},
  ): Promise<string> {
    const { ports, scope } = await fileRig();
    const around = { ...ports, index, search };
    const effects = await findRelevantFiles.effects(around, { ...scope, roots }, input);
    assert.deepEqual(
      effects.map(({ verb, object }) => [verb, object]),
      roots.map((root) => ['read', root]),
    );
    const result = await findRelevantFiles.run(around, { ...scope, roots }, input, undefined as never, signal);
    assert.equal(result.ok, true);
    return result.content;
  }

  it('names files with the words and the lines that speak for them', async () => {
    const index = rig.open();
    await index.refresh([rig.root], signal);
    assert.equal(
      await ask(index, { query: 'The total price is shown with a wrong tax' }),
      `src/price/total.js (path: total, price; text: total, price)
  1: export function totalPrice(items) {
src/price/tax.js (path: price, tax; text: tax)
  1: export const taxRate = 0.2;
notes.md (text: total, price, shown, tax)
  1: The total price is shown without tax.`,
    );
    assert.match(
      await ask(index, { query: 'The total price', limit: 1 }),
      /^src\/price\/total\.js [^\n]+\n {2}1: [^\n]+$/,
    );
    assert.equal(await ask(index, { query: 'zebra' }), 'No file has any word of this.');
  });

  it('names them by their whole paths where there are several folders', async () => {
    const roots = ['src/price', 'src'].map((name) => path.join(rig.root, name));
    const index = rig.open();
    await index.refresh(roots, signal);
    assert.ok((await ask(index, { query: 'total' }, { roots })).startsWith(`${rig.root}/src/price/total.js (`));
  });

  it('searches where there is no index, and says so', async () => {
    for (const search of [textSearch([]), { search: walkSearch }]) {
      const text = await ask(noIndex, { query: 'Where is taxRate set?' }, { search });
      assert.match(
        text,
        /^src\/price\/tax\.js \(by search: taxrate, rate, set|^src\/price\/tax\.js \(by search: taxrate/,
      );
      assert.match(text, /\n\(There is no index \(it is turned off\): these were found by search/);
    }
    assert.match(await ask(noIndex, { query: '[(' }), /^No file has any word of this\.\n\(There is no index/);
  });

  it('searches for what the index does not hold yet, and says how far it is', async () => {
    const index = rig.open();
    await index.refresh([rig.root], signal);
    const building: WorkspaceIndex = {
      ...index,
      search: async (query, stop) => {
        const found = await index.search(query, stop);
        const without = found.files.filter((file) => file.path !== 'src/price/tax.js');
        return { files: without, state: { phase: 'updating', done: 3, total: 4 } };
      },
    };
    const text = await ask(building, { query: 'tax total', limit: 4 });
    assert.match(text, /^src\/price\/total\.js \(path/);
    assert.match(text, /\nsrc\/price\/tax\.js \(by search: tax/);
    assert.match(text, /\(The index is being built, it holds 3 of 4 files; the rest was searched/);
    const waiting: WorkspaceIndex = {
      ...index,
      search: async (query, stop) => {
        const found = await index.search(query, stop);
        return {
          ...found,
          state: { phase: 'paused', reason: 'you are typing', done: 4, total: 4, leftOut: '2 files' },
        };
      },
    };
    assert.match(
      await ask(waiting, { query: 'users' }),
      /^src\/users\.js [^\n]+\n[^\n]+\n\(The index waits \(you are typing\): the newest changes may be missing\.\)\n\(Left out of the index: 2 files\.\)$/,
    );
  });
});

describe('a task in an indexed workspace', () => {
  let rig: TaskRig;
  beforeEach(async function () {
    if (await isOnBattery(linuxPowerSupply)) return this.skip();
    rig = await taskRig();
    await rig.write(files);
  });
  afterEach(() => rig?.remove());

  /** Ports whose index is up to date, as a second task of a session meets it. */
  async function indexed(): Promise<Awaited<ReturnType<TaskRig['open']>>> {
    const opened = await rig.open();
    await opened.ports.index.refresh([rig.root], signal);
    return opened;
  }

  it('is told at its start which files matter, and asks for more by the tool', async () => {
    const first = await indexed();
    await first.close();
    rig.script(({ index }) =>
      index === 0 ? calls({ name: 'find_relevant_files', args: { query: 'tax rate' } }) : calls(finish()),
    );
    const { of, state } = await rig.run({ goal: 'Mend the total price', mode: 'act' });
    assert.equal(state.ended?.status, 'unverified');
    const [recalled] = of('memory-recalled');
    assert.deepEqual(recalled?.files, [{ path: 'src/price/total.js', why: 'total, price' }]);
    const opening = JSON.stringify(rig.model.requests[0]?.messages);
    assert.match(opening, /src\/price\/total\.js \(total, price\)/);
    assert.match(answers(rig.model.requests[1])[0] ?? '', /^src\/price\/tax\.js \(path: tax/);
  });

  it('sees what changed since the last one', async () => {
    const first = await indexed();
    await first.close();
    await rig.write({ 'src/price/discount.js': 'export const priceDiscount = 1;\n' });
    await rm(path.join(rig.root, 'src/price/total.js'));
    const { ports } = await rig.open();
    // However slow this machine is: here the task waits until the index is up to date.
    const clock = { ...ports.clock, sleep: () => new Promise<void>(() => {}) };
    const taskId = await createTask(ports, {
      goal: 'Give a price discount',
      mode: 'act',
      approve: 'auto',
      limits: { maxTurns: 100 },
      roots: [rig.root],
    });
    const { recalled } = await runTask({ ...ports, clock }, taskId, signal);
    assert.deepEqual(
      recalled?.files?.map((file) => file.path),
      ['src/price/discount.js'],
    );
  });

  it('has nothing indexed where the workspace is not trusted', async () => {
    rig.script(({ index }) =>
      index === 0
        ? calls({ name: 'find_relevant_files', args: { query: 'tax rate' } })
        : calls({ name: 'answer', args: { text: 'There.' } }),
    );
    const { of } = await rig.run({ goal: 'Where is the tax rate?', mode: 'ask', trusted: false, memory: false });
    assert.equal(of('memory-recalled')[0]?.files, undefined);
    assert.match(
      of('tool-call-ended')[0]?.content ?? '',
      /tax\.js \(by search: .*There is no index \(nothing was indexed here\)/s,
    );
  });
});
