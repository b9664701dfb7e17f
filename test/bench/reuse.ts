import { estimateTokens } from '../../src/core/models/estimate-tokens.ts';
import { modelOfFamily, reuseFamilies } from '../integration/task/reuse-families.ts';
import { taskRig } from '../integration/task/task-rig.ts';

// Ten kinds of work, each done twice in different files by a scripted model that looks round before it plans, unless memory
// offers it a workflow. What the second time takes beside the first.
console.log(['work', 'turns 1st', '2nd', 'tokens asked 1st', '2nd', 'plan from'].join(' | '));
const sums = [0, 0, 0, 0];
for (const { verb, first, second } of reuseFamilies) {
  const rig = await taskRig();
  try {
    const row: number[] = [];
    let record = '';
    for (const file of [first, second]) {
      await rig.write({ [file]: 'old\n', 'package.json': '{}' });
      rig.script(modelOfFamily(file, verb));
      const before = rig.model.requests.length;
      const { state, of } = await rig.run({ goal: `${verb} in ${file}` });
      const asked = rig.model.requests.slice(before).reduce((sum, { raw }) => sum + estimateTokens(raw), 0);
      row.push(state.turns, asked);
      record = of('plan-proposed')[0]?.basedOn?.record ?? '-';
    }
    for (const [index, figure] of row.entries()) sums[index] = (sums[index] ?? 0) + figure;
    console.log([`${verb}: ${first}, ${second}`, row[0], row[2], row[1], row[3], record].join(' | '));
  } finally {
    await rig.remove();
  }
}
console.log(['together', sums[0], sums[2], sums[1], sums[3], ''].join(' | '));
