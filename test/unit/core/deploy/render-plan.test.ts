import assert from 'node:assert/strict';
import { shortened, shownPlan } from '../../../../src/core/deploy/render-plan.ts';
import { emptyPlan } from './empty-plan.ts';

/** The lines between two headings of what a person is shown. */
function changesShown(difference: string): readonly string[] {
  const lines = shownPlan({ ...emptyPlan, difference }, 'd', 'apply').split('\n');
  return lines.slice(lines.indexOf('changes:') + 1, lines.indexOf('way back:'));
}

describe('what a person is shown of a plan', () => {
  it('is the head and the tail of a long trial, and how many lines are left out', () => {
    const trial = Array.from({ length: 5000 }, (_, index) => `+ file ${index + 1}`);
    const shown = changesShown(shortened(trial.join('\n')));
    const left = shown.flatMap((line) => /^ {2}… (\d+) more lines …$/.exec(line)?.[1] ?? []);
    assert.deepEqual(left, [String(5000 - (shown.length - 1))]);
    assert.equal(shown[0], '  + file 1');
    assert.equal(shown.at(-1), '  + file 5000');
  });

  it('says how many characters of long lines are left out', () => {
    const trial = Array.from({ length: 100 }, () => 'x'.repeat(999)).join('\n');
    const shown = changesShown(shortened(trial)).map((line) => line.slice(2));
    const at = shown.findIndex((line) => line.startsWith('…'));
    const kept = shown.slice(0, at).join('\n').length + shown.slice(at + 1).join('\n').length;
    assert.equal(shown[at], `… ${trial.length - kept} more characters …`);
  });

  it('says where the answer of a target is cut', () => {
    const bound = { ...emptyPlan.bound, identity: { account: 'x'.repeat(400) } };
    const shown = shownPlan({ ...emptyPlan, bound }, 'd', 'apply');
    assert.ok(shown.includes(`account: ${'x'.repeat(300)}… (400 characters)`));
  });
});
