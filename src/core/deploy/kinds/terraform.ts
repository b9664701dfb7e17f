import type { DeployKind } from '../deploy-kind.ts';

export const terraform = terraformLike('terraform', 'https://developer.hashicorp.com/terraform/install');
/** What Terraform describes, OpenTofu does as well: one target is found, by the one that is named or usual. */
export const tofu: DeployKind = {
  ...terraformLike('tofu', 'https://opentofu.org/docs/intro/install/'),
  detect: async () => ({}),
};

/** The saved plan is what is applied, to the byte; the program itself refuses it once the state is another. */
function terraformLike(name: 'terraform' | 'tofu', install: string): DeployKind {
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
      const up = source === '.' ? '' : '../'.repeat(source.split('/').length);
      const variables = files.map((file) => `-var-file=${up}${file}`);
      return {
        object: `what ${source === '.' ? 'this folder' : source} describes`,
        files: [source, ...files, below('.terraform/terraform.tfstate'), below('.terraform/environment')],
        steeredAnywhere: true,
        artefact: saved,
        identity: [{ label: 'workspace', words: [...own, 'workspace', 'show'] }],
        past: [{ label: 'resources', words: [...own, 'state', 'list'], accepts: [1], pick: howMany }],
        trial: [
          {
            label: `${name} plan`,
            words: [...own, 'plan', '-input=false', '-no-color', '-detailed-exitcode', ...variables, `-out=${saved}`],
            accepts: [2],
          },
        ],
        apply: [{ words: [...own, 'apply', '-input=false', '-no-color', saved] }],
        rollback: (answers) =>
          answers.get('resources') === 'none'
            ? {
                commands: [
                  { words: [...own, 'apply', '-destroy', '-auto-approve', '-input=false', '-no-color', ...variables] },
                ],
                note: 'Nothing was there before; going back destroys everything that its state then holds.',
              }
            : {
                commands: [],
                note: `${name} has no way back of its own: put the former files back, plan and apply again.`,
              },
      };
    },
  };
}

/** Only what says so itself counts as nothing: an error might hide what is there. */
function howMany(said: string): 'none' | 'some' {
  return said.trim() === '' || /No state file was found/.test(said) ? 'none' : 'some';
}
