import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { planIn } from '../integration/deploy/deploy-rig.ts';
import { shapes } from '../integration/deploy/program-shapes.ts';
import { recordingProgram, runsOf } from '../integration/deploy/recording-program.ts';
import type { ScriptedReply, ScriptedRequest } from '../support/scripted-model.ts';
import { capture, publish } from './capture.ts';
import { ask, region } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const uses = (tool: string, input: unknown): ScriptedReply => ({
  calls: [{ name: 'use_tool', args: { tool, input } }],
});

/** Plans, applies what was planned, and finishes: as a model that reads the answers would. */
function deploys({ tools, messages }: ScriptedRequest): ScriptedReply {
  if (!tools.includes('edit_file')) return { text: 'Done.' };
  const said = messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
  const plan = planIn(said.at(-1) ?? '');
  if (said.length === 0) return uses('deploy_plan', { target: 'kubectl', env: 'production' });
  if (plan !== undefined) return uses('deploy_apply', plan);
  return {
    calls: [
      { name: 'finish_step', args: { summary: 'The shop is out.', evidence: said.at(-1)?.split('\n')[0] ?? '' } },
    ],
  };
}

describe('a deployment in the chat', () => {
  const kubectl = shapes.find(({ kind }) => kind === 'kubectl');
  let on: Stage;
  let window: Window;
  before(async () => {
    on = await stage();
    window = await on.open('bare', { chatAlone: true });
    await recordingProgram(on.programs, 'kubectl', kubectl?.answers ?? []);
    for (const [name, text] of Object.entries(kubectl?.files ?? {})) {
      await mkdir(path.dirname(path.join(window.folder, name)), { recursive: true });
      await writeFile(path.join(window.folder, name), text);
    }
  });
  after(() => window.close());

  it('shows all that will run before it is allowed, and asks twice for production', async () => {
    on.play(deploys);
    await ask(window, 'Bring the shop to production.', 'act');
    const approval = region(window, /^Approval/);
    const allow = (): Promise<void> => approval.getByRole('button', { name: 'Allow', exact: true }).click();
    const applied = async (): Promise<boolean> =>
      (await runsOf(on.programs, 'kubectl')).some((run) => kubectl?.applies.test(run));
    await approval.getByText('that nobody has allowed yet with these commands').first().waitFor();
    await allow();
    await approval.getByText('+  image: web:2').waitFor();
    await approval.getByText('Deploy by the plan').first().scrollIntoViewIfNeeded();
    await capture(window, 'approval-deploy');
    await publish('approval-deploy.light', 'deploy');
    await allow();
    await approval.getByText('is a production environment of yours, so you are asked twice').waitFor();
    assert.equal(await applied(), false);
    await allow();
    await window.chat.getByText('The shop is out.', { exact: true }).waitFor();
    assert.equal(await applied(), true);
  });
});
