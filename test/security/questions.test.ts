import assert from 'node:assert/strict';
import { buildExtension } from '../support/extension-package.ts';
import { hasSandbox } from './confined-rig.ts';
import { countQuestions } from './count-questions.ts';
import { honestTasks } from './honest-tasks.ts';
import { ObedientModels } from './obedient-model.ts';

describe('an honest task', function () {
  this.timeout(120_000);
  let models: ObedientModels | undefined;
  before(async function () {
    if (!(await hasSandbox())) this.skip();
    await buildExtension();
    models = await ObedientModels.start();
  });
  after(() => models?.close());

  for (const task of honestTasks) {
    it(`gets done with at most one question: ${task.title}`, async () => {
      assert.ok(models);
      const confined = await countQuestions(models, task, 'auto');
      assert.ok(confined.done, confined.told);
      assert.ok(confined.asked <= 1, `${confined.asked} questions\n${confined.told}`);
    });
  }
});
