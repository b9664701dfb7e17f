import { countQuestions } from '../security/count-questions.ts';
import { honestTasks } from '../security/honest-tasks.ts';
import { ObedientModels } from '../security/obedient-model.ts';
import { buildExtension } from '../support/extension-package.ts';

/** `npm run bench:questions`: how often honest tasks ask in the mode "edits", with a sandbox and without one, as a table. */
await buildExtension();
const models = await ObedientModels.start();
const sums = { auto: 0, off: 0 };
console.log('| task | with a sandbox | without |\n|---|---|---|');
for (const task of honestTasks) {
  const cells: string[] = [];
  for (const sandbox of ['auto', 'off'] as const) {
    const { asked, done } = await countQuestions(models, task, sandbox);
    sums[sandbox] += asked;
    cells.push(`${asked}${done ? '' : ' (not done)'}`);
  }
  console.log(`| ${task.title} | ${cells.join(' | ')} |`);
}
console.log(`| together | ${sums.auto} | ${sums.off} |`);
await models.close();
