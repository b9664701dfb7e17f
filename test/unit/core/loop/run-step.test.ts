import assert from 'node:assert/strict';
import { runStep } from '../../../../src/core/loop/run-step.ts';
import type { PlanStep } from '../../../../src/protocol/plan.ts';
import type { TaskEvent } from '../../../../src/protocol/task-event.ts';
import { assertValidPrefixes } from '../../../support/valid-transcript.ts';
import { began, call, created, ended, logOf, planned, recalled, replied, step } from '../task/logs.ts';
import { act, finishStep, type Reply, type RunRig, runRig } from './run-rig.ts';

const signal = new AbortController().signal;

function rigOf(one: PlanStep, replies: readonly Reply[], ...more: readonly TaskEvent[]): RunRig & { log: TaskEvent[] } {
  const log = [created(), recalled, ...planned(one), { type: 'step-started', stepId: one.id } as const, ...more];
  return { ...runRig(log, replies), log };
}

function answersOf({ events }: RunRig): readonly string[] {
  return events.flatMap((event) => (event.type === 'tool-call-ended' ? [event.content] : []));
}

describe('a step', () => {
  const plain = step('a');
  const checked = step('a', { check: 'good' });

  it('runs its calls in order and ends with finish_step', async () => {
    const rig = rigOf(plain, [{ calls: [act('one'), act('two')] }, { calls: [finishStep()] }]);
    assert.deepEqual(await runStep(rig.run, plain, signal), { status: 'unverified', summary: 'Did it.', evidence: '' });
    assert.deepEqual(rig.ran, ['one', 'two']);
    assertValidPrefixes(logOf([...rig.log, ...rig.events]));
  });

  it('puts each call on disk before it runs', async () => {
    const rig = rigOf(plain, [{ calls: [act('one')] }, { calls: [finishStep()] }]);
    await runStep(rig.run, plain, signal);
    const types = rig.events.map(({ type }) => type);
    assert.deepEqual(types.slice(0, 4), ['model-replied', 'tool-call-started', 'call-decided', 'tool-call-ended']);
  });

  it('ends with a text without calls, which is then its summary', async () => {
    const rig = rigOf(plain, [{ text: 'All good.' }]);
    assert.equal((await runStep(rig.run, plain, signal)).summary, 'All good.');
  });

  it('is verified only by the harness running its check', async () => {
    for (const last of [{ calls: [finishStep()] }, { text: 'Did it.' }]) {
      const rig = rigOf(checked, [last]);
      assert.equal((await runStep(rig.run, checked, signal)).status, 'verified');
      assert.deepEqual(rig.ran, ['good']);
    }
  });

  it('may mend what a check found twice, and has failed after the third', async () => {
    const bad = step('a', { check: 'bad check' });
    const rig = rigOf(bad, [
      { calls: [finishStep('1')] },
      { text: '2' },
      { calls: [act('mend')] },
      { calls: [finishStep('3')] },
    ]);
    const outcome = await runStep(rig.run, bad, signal);
    assert.equal(outcome.status, 'failed');
    assert.match(outcome.summary, /check failed 3 times: bad check\nbad check failed/);
    assert.equal(rig.ran.filter((what) => what === 'bad check').length, 3);
    assert.match(answersOf(rig).find((text) => text.startsWith('The check failed')) ?? '', /Mend it and finish again/);
  });

  it('is unverified, not failed, where nobody allows the check', async () => {
    const rig = rigOf(checked, [{ calls: [finishStep()] }]);
    rig.run.state.start = { ...rig.run.state.start, approve: 'deny' };
    const outcome = await runStep(rig.run, checked, signal);
    assert.equal(outcome.status, 'unverified');
    assert.match(outcome.summary, /Did it\.\nNot checked: The policy said no/);
  });

  it('stops after the same call has failed three times, and says so', async () => {
    const rig = rigOf(
      plain,
      Array.from({ length: 9 }, () => ({ calls: [act('bad idea')] })),
    );
    const outcome = await runStep(rig.run, plain, signal);
    assert.deepEqual([outcome.status, rig.ran.length], ['failed', 3]);
    assert.equal(outcome.summary, 'The same call failed 3 times: act: bad idea failed');
  });

  it('counts wrong arguments of its own calls as failures, too', async () => {
    const rig = rigOf(
      plain,
      Array.from({ length: 9 }, () => ({ calls: [{ name: 'finish_step', arguments: '{}' }] })),
    );
    const outcome = await runStep(rig.run, plain, signal);
    assert.deepEqual([outcome.status, rig.requests.length], ['failed', 3]);
    assert.match(outcome.summary, /finish_step: Wrong arguments/);
  });

  it('goes on when the failures differ or something worked in between', async () => {
    const rig = rigOf(plain, [
      { calls: [act('bad 1'), act('bad 1'), act('fine'), act('bad 1'), act('bad 2'), act('bad 1')] },
      { calls: [finishStep()] },
    ]);
    assert.equal((await runStep(rig.run, plain, signal)).status, 'unverified');
  });

  it('never runs a call that was cut off', async () => {
    const rig = rigOf(plain, [
      { calls: [act('one')], finish: 'length' },
      { calls: [finishStep()], finish: 'cut' },
      { text: 'ok' },
    ]);
    assert.equal((await runStep(rig.run, plain, signal)).summary, 'ok');
    assert.deepEqual(rig.ran, []);
    assert.ok(answersOf(rig).every((text) => /cut off.*Make the call again/.test(text)));
  });

  it('runs at most 32 calls of a reply and says what became of the others', async () => {
    const rig = rigOf(plain, [
      { calls: Array.from({ length: 500 }, (_, index) => act(String(index))) },
      { text: 'ok' },
    ]);
    await runStep(rig.run, plain, signal);
    assert.equal(rig.ran.length, 32);
    assert.equal(answersOf(rig).length, 500);
    assert.match(answersOf(rig)[32] ?? '', /At most 32 calls a reply\. Make fewer/);
  });

  it('gives up on a model that says nothing, or only halves, three times in a row', async () => {
    for (const useless of [
      {},
      { text: '  ' },
      { text: 'I wi', finish: 'cut' as const },
      { calls: [act('x')], finish: 'length' as const },
    ]) {
      const rig = rigOf(plain, [{ calls: [act('one')] }, ...Array.from({ length: 9 }, () => useless)]);
      await assert.rejects(runStep(rig.run, plain, signal), { code: 'EMPTY_REPLY', message: /Resume the task/ });
      assert.equal(rig.requests.length, 4);
    }
  });

  it('has three tries again when it is resumed', async () => {
    const rig = rigOf(plain, [{}, {}, {}, {}, {}, { text: 'ok' }]);
    await assert.rejects(runStep(rig.run, plain, signal), { code: 'EMPTY_REPLY' });
    await rig.run.emit({ type: 'task-resumed', approve: 'auto', limits: { maxTurns: 100 } });
    assert.equal((await runStep(rig.run, plain, signal)).summary, 'ok');
  });

  it('goes on behind the calls that were answered before a crash', async () => {
    const [one, two] = [call('1', 'act', '{"what":"one"}'), call('2', 'act', '{"what":"two"}')];
    const rig = rigOf(plain, [{ calls: [finishStep()] }], replied('a', [one, two]), began('a', one), ended('a', one));
    await runStep(rig.run, plain, signal);
    assert.deepEqual(rig.ran, ['two']);
  });

  it('runs a check anew when a crash cut it off, and never one that has ended', async () => {
    const last = call('9', 'finish_step', '{"summary":"x"}');
    const check = { ...call('9-check', 'run_command'), conversation: 'a:check' };
    const unknown = ended('a:check', check, '[outcome unknown] gone', false);
    const broken = rigOf(checked, [], replied('a', [last]), began('a', last), began('a:check', check), unknown);
    assert.equal((await runStep(broken.run, checked, signal)).status, 'verified');
    assert.deepEqual(broken.ran, ['good']);
    const done = rigOf(
      checked,
      [],
      replied('a', [last]),
      began('a', last),
      began('a:check', check),
      ended('a:check', check),
    );
    assert.equal((await runStep(done.run, checked, signal)).status, 'verified');
    assert.deepEqual(done.ran, []);
  });

  it('asks the user, and decides itself where nobody is', async () => {
    const question = { name: 'ask_user', arguments: '{"question":"Which?","choices":["a","b"]}' };
    const rig = rigOf(plain, [{ calls: [question] }, { calls: [question] }, { text: 'ok' }]);
    const said = ['a', undefined];
    rig.people.answer = async () => said.shift();
    await runStep(rig.run, plain, signal);
    assert.equal(answersOf(rig)[0], 'a');
    assert.match(answersOf(rig)[1] ?? '', /Nobody is here to answer\. Decide yourself/);
    assert.deepEqual(
      rig.events.find(({ type }) => type === 'question-asked'),
      {
        type: 'question-asked',
        callId: rig.events.flatMap((event) => (event.type === 'model-replied' ? event.calls : []))[0]?.id,
        question: 'Which?',
        choices: ['a', 'b'],
      },
    );
  });

  const changes: readonly (readonly [string, unknown, RegExp])[] = [
    ['adds a step', { add: [{ id: 'b', title: 'B', instructions: 'Do b.' }] }, /now has 2 steps/],
    ['cannot remove one that has begun', { remove: ['a'] }, /a has begun/],
    ['cannot remove one that is not there', { remove: ['z'] }, /z has begun or is not in the plan/],
    ['cannot add a cycle', { add: [{ id: 'b', title: 'B', instructions: '', after: ['b'] }] }, /Break the cycle/],
    ['cannot use an id twice', { add: [{ id: 'a', title: 'A', instructions: '' }] }, /same id/],
  ];
  for (const [what, change, answer] of changes) {
    it(`${what} with update_plan`, async () => {
      const update = { name: 'update_plan', arguments: JSON.stringify({ changes: change }) };
      const rig = rigOf(plain, [{ calls: [update] }, { text: 'ok' }]);
      await runStep(rig.run, plain, signal);
      assert.match(answersOf(rig)[0] ?? '', answer);
      assert.equal(rig.run.state.steps.size, /now has/.test(answersOf(rig)[0] ?? '') ? 2 : 1);
    });
  }

  const failures: readonly (readonly [string, string, string, RegExp])[] = [
    ['an unknown tool', 'fly', '{}', /no tool fly\. Use one of the tools/],
    ['arguments that are no JSON', 'act', '{"what":', /not a JSON object\. Call it again/],
    ['arguments that are a list', 'act', '[1]', /not a JSON object/],
    [
      'wrong arguments',
      'act',
      '{"what":1}',
      /Wrong arguments for act:[\s\S]*what[\s\S]*Call it again with these mended/,
    ],
  ];
  for (const [what, name, input, text] of failures) {
    it(`answers ${what} with what to do`, async () => {
      const rig = rigOf(plain, [{ calls: [{ name, arguments: input }] }, { text: 'ok' }]);
      await runStep(rig.run, plain, signal);
      assert.match(answersOf(rig)[0] ?? '', text);
      assert.deepEqual(rig.ran, []);
    });
  }

  it('gives its calls ids that no other step of the task uses', async () => {
    const ids = new Set<string>();
    const steps = [step('a'), step('b'), step('s1')];
    for (const one of steps) {
      const rig = rigOf(one, [{ calls: [act('1'), act('2')] }, { calls: [act('3')] }, { text: 'ok' }]);
      await runStep(rig.run, one, signal);
      for (const event of rig.events) if (event.type === 'tool-call-started') ids.add(event.callId);
    }
    assert.equal(ids.size, 9);
    assert.ok([...ids].every((id) => /^[A-Za-z0-9_-]{1,40}$/.test(id)));
  });
});
