import { isRecord } from '../../is-record.ts';
import { parseJson } from '../../parse-json.ts';
import type { DeployKind } from '../deploy-kind.ts';

/** A workflow of GitHub Actions that somebody may start by hand. */
export const ghWorkflow: DeployKind = {
  name: 'gh-workflow',
  programs: ['gh'],
  version: ['--version'],
  least: '2.0',
  install: 'https://cli.github.com, then: gh auth login',
  needs: ['workflow', 'ref'],
  async detect(look) {
    const folder = '.github/workflows';
    const found: Record<string, { workflow: string; ref?: string; input?: string }> = {};
    const branch = /^ref: refs\/heads\/([\w./-]+)$/m.exec((await look.text('.git/HEAD')) ?? '')?.[1];
    for (const file of await look.names(folder)) {
      const text = /\.ya?ml$/.test(file) ? ((await look.text(`${folder}/${file}`)) ?? '') : '';
      const byHand = /\bworkflow_dispatch\b/.test(text);
      if (byHand && /deploy|release|publish/i.test(`${file} ${/^name:.*$/m.exec(text)?.[0] ?? ''}`))
        found[file.replace(/\.ya?ml$/, '')] = {
          workflow: file,
          ...(branch === undefined ? {} : { ref: branch }),
          ...inputIn(text),
        };
    }
    return found;
  },
  recipe: ({ settings: { workflow = '', ref = '', input }, environment, program }) => {
    const own = [program('gh') ?? 'gh'];
    const last = [...own, 'run', 'list', '--workflow', workflow, '--limit', '20', '--json', 'databaseId,conclusion'];
    const given = input === undefined ? [] : ['-f', `${input}=${environment}`];
    return {
      ...(input === undefined ? {} : { byEnvironment: true }),
      object: `the workflow ${workflow} at ${ref}`,
      files: [`.github/workflows/${workflow}`],
      identity: [
        { label: 'repository', words: [...own, 'repo', 'view', '--json', 'nameWithOwner,url'] },
        { label: 'commit', moves: true, words: [...own, 'api', `repos/{owner}/{repo}/commits/${ref}`, '--jq', '.sha'] },
      ],
      past: [
        {
          label: 'last good run',
          words: last,
          pick: lastGood,
          optional: true,
        },
      ],
      trial: [],
      untried:
        'A workflow has no trial: exactly the command below will run, on what lies on GitHub, not on the files here.',
      apply: [{ words: [...own, 'workflow', 'run', workflow, '--ref', ref, ...given] }],
      rollback: (answers) => {
        const run = answers.get('last good run');
        return run
          ? {
              commands: [{ words: [...own, 'run', 'rerun', run] }],
              note: `Runs the last good run, ${run}, again, at its commit.`,
            }
          : { commands: [], note: 'There is no good run before it to run again.' };
      },
    };
  },
};

/** The newest run comes first. */
function lastGood(said: string): string | undefined {
  const runs: unknown = parseJson(said);
  const good = Array.isArray(runs) ? runs.find((run) => isRecord(run) && run['conclusion'] === 'success') : undefined;
  return isRecord(good) && typeof good['databaseId'] === 'number' ? String(good['databaseId']) : undefined;
}

/** Most that can be told where to deploy call it so. */
function inputIn(text: string): { readonly input?: string } {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.trim() === 'inputs:');
  const depth = indentOf(lines[at] ?? '');
  const below = at < 0 ? [] : lines.slice(at + 1);
  const end = below.findIndex((line) => line.trim() !== '' && indentOf(line) <= depth);
  const names = below.slice(0, end < 0 ? undefined : end).map((line) => line.trim());
  const input = ['environment', 'env', 'target'].find((name) => names.includes(`${name}:`));
  return input === undefined ? {} : { input };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
