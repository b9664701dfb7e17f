import type { DeployKind, Site } from '../deploy-kind.ts';

/** Manifests, or a kustomization, to a cluster. */
export const kubectl: DeployKind = {
  name: 'kubectl',
  programs: ['kubectl'],
  version: ['version', '--client'],
  least: '1.18',
  install: 'https://kubernetes.io/docs/tasks/tools/, or apt install kubernetes-client',
  needs: ['source'],
  async detect(look) {
    if (await look.has('kustomization.yaml')) return { kubectl: { source: '.' } };
    for (const source of ['k8s', 'kubernetes', 'manifests', 'deploy']) {
      for (const name of await look.names(source)) {
        if (!/\.ya?ml$/.test(name)) continue;
        const text = (await look.text(`${source}/${name}`)) ?? '';
        if (/^apiVersion:/m.test(text) && /^kind:/m.test(text)) return { kubectl: { source } };
      }
    }
    return {};
  },
  recipe: (site) => {
    const { source = '.' } = site.settings;
    const own = kubectlWords(site);
    const which = source === '.' || /(?:^|\/)overlays?\//.test(source) ? ['-k', source] : ['-R', '-f', source];
    const objects = 'kubectl apply --dry-run=server';
    return {
      object: `${source} to ${site.settings.context ?? 'the current context'}${site.settings.namespace === undefined ? '' : `, namespace ${site.settings.namespace}`}`,
      files: [source],
      ...(which[0] === '-R' ? { reads: 'linked', steeredBy: [source] } : { steeredAnywhere: true }),
      identity: [
        clusterOf(own),
        // What it is made of may lie elsewhere.
        ...(which[0] === '-k' ? [{ label: 'rendered', words: [...own, 'kustomize', source] }] : []),
      ],
      past: [],
      trial: [
        { label: objects, words: [...own, 'apply', '--dry-run=server', ...which] },
        { label: 'kubectl diff', words: [...own, 'diff', ...which], accepts: [1] },
      ],
      apply: [{ words: [...own, 'apply', ...which] }],
      rollback: (answers) => wayBack(own, changesIn(answers.get(objects) ?? '')),
      check: (answers) => {
        const changed = changesIn(answers.get(objects) ?? '').filter(({ name }) => isWorkload(name));
        return changed.map(({ name }) => ({ words: [...own, 'rollout', 'status', name, '--timeout=120s'] }));
      },
    };
  },
};

/** Its name, its server and the namespace, as the configuration says now. */
export function clusterOf(kubectl: readonly string[]) {
  const template = '{.current-context} {.clusters[0].cluster.server} {.contexts[0].context.namespace}';
  return {
    label: 'cluster',
    words: [...kubectl, 'config', 'view', '--minify', '-o', `jsonpath=${template}`],
    pick: (said: string): string | undefined => said.trim() || undefined,
  };
}

export function kubectlWords({ program, settings: { context, namespace } }: Site): readonly string[] {
  return [
    program('kubectl') ?? 'kubectl',
    ...(context === undefined ? [] : ['--context', context]),
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
  ];
}

interface Change {
  readonly name: string;
  readonly made: boolean;
}

/** "deployment.apps/web configured (server dry run)" */
function changesIn(said: string): readonly Change[] {
  return [...said.matchAll(/^([a-z][\w.-]*\/[\w.:-]+) (created|configured)\b/gm)].map(([, name = '', how]) => ({
    name,
    made: how === 'created',
  }));
}

function wayBack(own: readonly string[], changes: readonly Change[]) {
  const made = changes.filter((change) => change.made).map(({ name }) => name);
  const changed = changes.filter((change) => !change.made).map(({ name }) => name);
  const undone = changed.filter(isWorkload).map((name) => ({ words: [...own, 'rollout', 'undo', name] }));
  const kept = changed.filter((name) => !isWorkload(name));
  const removed = made.length === 0 ? [] : [{ words: [...own, 'delete', '--ignore-not-found', ...made] }];
  const note =
    kept.length === 0
      ? 'Workloads go back to their former revision; what was made new is removed.'
      : `Not brought back, since a cluster keeps no former state of them: ${kept.join(', ')}.`;
  return { commands: [...undone, ...removed], note };
}

function isWorkload(name: string): boolean {
  return /^(?:deployment|statefulset|daemonset)\b/.test(name);
}
