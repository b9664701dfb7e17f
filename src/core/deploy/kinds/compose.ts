import type { DeployKind, Site } from '../deploy-kind.ts';

const names = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

const rendered = 'docker compose config';

/** The containers of a compose file. */
export const compose: DeployKind = {
  name: 'compose',
  programs: ['docker'],
  version: ['compose', 'version', '--short'],
  versionName: 'docker compose',
  least: '2.20',
  install: 'https://docs.docker.com/compose/install/',
  needs: ['source'],
  async detect(look) {
    for (const source of names) if (await look.has(source)) return { compose: { source } };
    return {};
  },
  recipe: (site) => {
    const { source = 'compose.yaml', files = [], project } = site.settings;
    const named = project === undefined ? [] : ['--project-name', project];
    const own = [...dockerWords(site), 'compose', ...named, '-f', source];
    return {
      object: `${source}${project === undefined ? '' : ` as ${project}`}`,
      files: [source, ...files, '.env'],
      steeredAnywhere: true,
      identity: [
        engineOf(site),
        // Of each service with all that its files and variables say.
        { label: 'services', words: [...own, 'config', '--hash', '*'] },
      ],
      alsoReads: (answers) =>
        [...(answers.get(rendered) ?? '').matchAll(/^[ \t]+context: (\/.*)$/gm)].map(([, context = '']) =>
          context.trim(),
        ),
      past: [{ label: 'containers', words: [...own, 'ps', '-a', '-q'] }],
      trial: [
        { label: rendered, words: [...own, 'config'] },
        { label: 'docker compose --dry-run up', words: [...own, '--dry-run', 'up', '-d', '--build'] },
      ],
      apply: [{ words: [...own, 'up', '-d', '--build', '--wait'] }],
      rollback: (answers) =>
        answers.get('containers')?.trim() === ''
          ? { commands: [{ words: [...own, 'down'] }], note: 'Nothing ran before; going back takes everything down.' }
          : {
              commands: [],
              note: 'Compose keeps no former state: put the former files back, plan and apply again.',
            },
    };
  },
};

/** The engine that is talked to, wherever the context leads. */
export function engineOf(site: Site) {
  return { label: 'engine', words: [...dockerWords(site), 'info', '--format', '{{.ID}} {{.Name}}'] };
}

export function dockerWords({ program, settings: { context } }: Site): readonly string[] {
  return [program('docker') ?? 'docker', ...(context === undefined ? [] : ['--context', context])];
}
