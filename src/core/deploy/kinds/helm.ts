import type { DeployKind } from '../deploy-kind.ts';
import { clusterOf, kubectlWords } from './kubectl.ts';

/** A chart as a release in a cluster. */
export const helm: DeployKind = {
  name: 'helm',
  programs: ['helm'],
  optionalPrograms: ['kubectl'],
  version: ['version', '--short'],
  least: '3.13',
  install: 'https://helm.sh/docs/intro/install/, or brew install helm',
  needs: ['source', 'release'],
  async detect(look) {
    for (const source of ['.', 'chart', 'helm', 'charts']) {
      const chart = await look.text(source === '.' ? 'Chart.yaml' : `${source}/Chart.yaml`);
      const release = chart && /^name:\s*["']?([\w.-]+)/m.exec(chart)?.[1];
      if (release) return { helm: { source, release } };
    }
    return {};
  },
  recipe: (site) => {
    const { source = '.', release = '', files = [], context, namespace } = site.settings;
    const place = [
      ...(context === undefined ? [] : ['--kube-context', context]),
      ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ];
    const own = [site.program('helm') ?? 'helm', ...place];
    const upgrade = [...own, 'upgrade', '--install', release, source, ...files.flatMap((file) => ['-f', file])];
    const cluster =
      site.program('kubectl') === undefined ? [] : [{ ...clusterOf(kubectlWords(site)), optional: true as const }];
    return {
      object: `${release} from ${source}${context === undefined ? '' : ` to ${context}`}`,
      files: [source, ...files],
      reads: 'linked',
      steeredBy: [source, ...files],
      identity: [
        {
          label: 'surroundings',
          words: [...own, 'env'],
          pick: (said) => said.match(/^HELM_(?:KUBE\w+|NAMESPACE)=.*$/gm)?.join(' '),
        },
        ...cluster,
        {
          label: 'release',
          moves: true,
          words: [...own, 'history', release, '--max', '1', '-o', 'json'],
          pick: (said) => revisionIn(said),
          optional: true,
        },
      ],
      past: [],
      trial: [{ label: 'helm upgrade --dry-run=server', words: [...upgrade, '--dry-run=server'] }],
      apply: [{ words: [...upgrade, '--wait', '--timeout', '5m'] }],
      rollback: (answers) => {
        const revision = answers.get('release');
        return revision
          ? {
              commands: [{ words: [...own, 'rollback', release, revision, '--wait'] }],
              note: `Back to revision ${revision}.`,
            }
          : {
              commands: [{ words: [...own, 'uninstall', release, '--wait'] }],
              note: 'The release is new; going back removes it.',
            };
      },
    };
  },
};

function revisionIn(said: string): string | undefined {
  return [...said.matchAll(/"revision":\s*(\d+)/g)].at(-1)?.[1];
}
