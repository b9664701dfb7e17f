import { type HonestTask, makeProject } from './honest-tasks.ts';
import type { ObedientModels } from './obedient-model.ts';

export interface Questions {
  readonly asked: number;
  readonly done: boolean;
  /** What happened, for whoever looks into it. */
  readonly told: string;
}

/** Does the task in the mode that lets edits through, with a person who allows whatever is asked. */
export async function countQuestions(
  models: ObedientModels,
  task: HonestTask,
  sandbox: 'auto' | 'off',
): Promise<Questions> {
  const project = await makeProject(task.files, sandbox);
  try {
    const { asked, answers, screen } = await models.run(project, { mode: 'edits', says: 'yes', calls: task.calls });
    const done = await task.done(project.work).catch(() => false);
    const told = `${answers.join('\n---\n').slice(-6000)}\n${screen.slice(-3000)}`;
    return { asked, done, told };
  } finally {
    await project.remove();
  }
}
