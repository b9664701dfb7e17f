import type { DeployKind, Question } from '../deploy-kind.ts';

/** A deployment of this very environment is the one that everybody sees; all others are previews with addresses of their own. */
const isLive = (environment: string): boolean => /^prod(?:uction)?$/i.test(environment);
const previewNote = 'A preview has an address of its own and replaces nothing.';

export const vercel: DeployKind = {
  name: 'vercel',
  programs: ['vercel'],
  version: ['--version'],
  least: '28.0',
  install: 'npm install -g vercel, then: vercel login and vercel link',
  needs: [],
  async detect(look) {
    return (await look.has('vercel.json')) || (await look.has('.vercel/project.json'))
      ? { vercel: { source: '.' } }
      : {};
  },
  recipe: ({ settings: { source = '.' }, environment, program }) => {
    const own = [program('vercel') ?? 'vercel', '--cwd', source];
    const live = isLive(environment);
    return {
      object: live ? 'the production of the linked Vercel project' : 'a preview of the linked Vercel project',
      byEnvironment: true,
      files: [source],
      identity: [{ label: 'account', words: [...own, 'whoami'] }],
      past: [],
      trial: [],
      untried: 'Vercel has no trial: exactly the command below will run.',
      apply: [{ words: [...own, 'deploy', '--yes', ...(live ? ['--prod'] : [])] }],
      rollback: () =>
        live
          ? { commands: [{ words: [...own, 'rollback', '--yes'] }], note: 'Vercel goes back to the deployment before.' }
          : { commands: [], note: previewNote },
    };
  },
};

export const netlify: DeployKind = {
  name: 'netlify',
  programs: ['netlify'],
  version: ['--version'],
  least: '15.0',
  install: 'npm install -g netlify-cli, then: netlify login and netlify link',
  needs: [],
  async detect(look) {
    return (await look.has('netlify.toml')) || (await look.has('.netlify/state.json'))
      ? { netlify: { source: '.' } }
      : {};
  },
  recipe: ({ settings: { source = '.' }, environment, program }) => {
    const own = [program('netlify') ?? 'netlify'];
    const live = isLive(environment);
    const site: Question = {
      label: 'site',
      words: [...own, 'status', '--json'],
      pick: (said) =>
        [...said.matchAll(/"(?:site-id|site-name|site-url|email|Email)":\s*"([^"]*)"/gi)]
          .map(([, value]) => value)
          .join(' ') || undefined,
    };
    return {
      object: live ? 'the production of the linked Netlify site' : 'a draft of the linked Netlify site',
      byEnvironment: true,
      files: [source, '.netlify/state.json'],
      steeredAnywhere: true,
      identity: [site],
      past: [],
      trial: [{ label: 'netlify build --dry', words: [...own, 'build', '--dry'] }],
      untried: 'Netlify has a trial of the build alone, none of the upload.',
      apply: [{ words: [...own, 'deploy', ...(live ? ['--prod'] : [])] }],
      rollback: () => ({
        commands: [],
        note: live ? 'Netlify goes back in its own pages: Deploys, the one before, "Publish deploy".' : previewNote,
      }),
    };
  },
};

export const fly: DeployKind = {
  name: 'fly',
  programs: ['flyctl'],
  version: ['version'],
  least: '0.1',
  install: 'https://fly.io/docs/flyctl/install/, then: fly auth login',
  needs: ['app'],
  async detect(look) {
    const text = await look.text('fly.toml');
    const app = text && /^app\s*=\s*["']([\w-]+)["']/m.exec(text)?.[1];
    return text === undefined ? {} : { fly: { source: '.', ...(app ? { app } : {}) } };
  },
  recipe: ({ settings: { source = '.', app = '' }, program }) => {
    const own = [program('flyctl') ?? 'flyctl'];
    const named = ['--app', app];
    return {
      object: `the app ${app} on Fly.io`,
      files: [source],
      identity: [
        { label: 'account', words: [...own, 'auth', 'whoami'] },
        {
          label: 'image that runs',
          moves: true,
          words: [...own, 'releases', ...named, '--image', '--json'],
          pick: imageIn,
          optional: true,
        },
      ],
      past: [],
      trial: [{ label: 'flyctl config validate', words: [...own, 'config', 'validate', ...named] }],
      untried: 'Fly.io has a trial of the configuration alone, none of the deployment.',
      apply: [{ words: [...own, 'deploy', ...named] }],
      rollback: (answers) => {
        const image = answers.get('image that runs');
        return image
          ? { commands: [{ words: [...own, 'deploy', ...named, '--image', image] }], note: `Back to ${image}.` }
          : { commands: [], note: 'Nothing ran before, or its image is not known; go back in the pages of Fly.io.' };
      },
    };
  },
};

/** Of the newest release; the list begins with it. */
function imageIn(said: string): string | undefined {
  return /"ImageRef":\s*"([\w./:@-]+)"/i.exec(said)?.[1];
}
