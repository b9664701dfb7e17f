import type { DeployKind } from '../deploy-kind.ts';
import { dockerWords, engineOf } from './compose.ts';

/** An image, built here and pushed to its registry. */
export const docker: DeployKind = {
  name: 'docker',
  programs: ['docker'],
  version: ['buildx', 'version'],
  versionName: 'docker buildx',
  least: '0.15',
  install: 'https://docs.docker.com/engine/install/, with its plugin buildx',
  needs: ['image'],
  async detect(look) {
    return (await look.has('Dockerfile')) ? { docker: { source: '.' } } : {};
  },
  recipe: (site) => {
    const { source = '.', image = '' } = site.settings;
    const own = dockerWords(site);
    const tools = [...own, 'buildx', 'imagetools'];
    return {
      object: image,
      files: [source],
      steeredBy: [source === '.' ? 'Dockerfile' : `${source}/Dockerfile`],
      identity: [
        engineOf(site),
        {
          label: 'image in the registry',
          words: [...tools, 'inspect', image, '--format', '{{.Manifest.Digest}}'],
          pick: (said) => /sha256:[0-9a-f]{64}/.exec(said)?.[0],
          optional: true,
          moves: true,
        },
      ],
      past: [],
      trial: [{ label: 'docker build --check', words: [...own, 'build', '--check', source] }],
      untried: 'docker push has no trial; the image is built when it is applied.',
      apply: [{ words: [...own, 'build', '-t', image, source] }, { words: [...own, 'push', image] }],
      rollback: (answers) => {
        const before = answers.get('image in the registry');
        const repository = image.replace(/:[^/:]+$/, '');
        return before
          ? {
              commands: [{ words: [...tools, 'create', '-t', image, `${repository}@${before}`] }],
              note: `The tag goes back to ${before}.`,
            }
          : { commands: [], note: 'The tag was not in the registry before; remove it there.' };
      },
    };
  },
};
