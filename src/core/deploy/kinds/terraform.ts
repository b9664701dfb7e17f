import type { KindName } from '../deploy-file.ts';
import type { DeployKind } from '../deploy-kind.ts';

export const terraform = terraformLike('terraform', 'https://developer.hashicorp.com/terraform/install');
export const tofu = terraformLike('tofu', 'https://opentofu.org/docs/intro/install/');

/** The saved plan is what is applied, to the byte; the program itself refuses it once the state is another. */
function terraformLike(name: KindName & ('terraform' | 'tofu'), install: string): DeployKind {
  return {
    name,
    programs: [name],
    version: ['version'],
    least: '1.0',
    install,
    needs: ['source'],
    async detect(look) {
      for (const source of ['.', 'terraform', 'infra', 'infrastructure'])
        if ((await look.names(source)).some((file) => /\.(?:tf|tofu)$/.test(file)))
          return { [source === '.' ? name : `${name}-${source}`]: { source } };
      return {};
    },
    recipe: ({ settings, program, folder, planId }) => {
      const { source = '.', files = [] } = settings;
      const own = [program(name) ?? name, `-chdir=${source}`];
      const saved = `${folder}/${planId}.tfplan`;
      const below = (path: string): string => (source === '.' ? path : `${source}/${path}`);
      return {
        object: `what ${source === '.' ? 'this folder' : source} describes`,
        files: [source, ...files, below('.terraform/terraform.tfstate'), below('.terraform/environment')],
        artefact: saved,
        identity: [{ label: 'workspace', words: [...own, 'workspace', 'show'] }],
        past: [],
        trial: [
          {
            label: `${name} plan`,
            words: [
              ...own,
              'plan',
              '-input=false',
              '-no-color',
              '-detailed-exitcode',
              ...files.map(
                (file) => `-var-file=${source === '.' ? file : `${'../'.repeat(source.split('/').length)}${file}`}`,
              ),
              `-out=${saved}`,
            ],
            accepts: [2],
          },
        ],
        apply: [{ words: [...own, 'apply', '-input=false', '-no-color', saved] }],
        rollback: () => ({
          commands: [],
          note: `${name} has no way back of its own: put the former files back, plan and apply again.`,
        }),
      };
    },
  };
}
