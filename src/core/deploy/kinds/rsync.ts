import type { DeployKind, Site } from '../deploy-kind.ts';

/** A folder to a server, by rsync over ssh. The server's state before is copied beside it, so the way back is exact. */
export const rsync: DeployKind = {
  name: 'rsync',
  programs: ['rsync', 'ssh'],
  version: ['--version'],
  least: '3.1',
  install: 'apt install rsync openssh-client, brew install rsync',
  needs: ['source', 'host', 'path'],
  detect: async () => ({}),
  recipe: (site) => {
    const { source = '.', host = '', path = '', delete: removes } = site.settings;
    const ssh = sshWords(site);
    const copy = `${path}.before-${site.planId}`;
    const send = [
      site.program('rsync') ?? 'rsync',
      '-a',
      '--checksum',
      '--itemize-changes',
      ...(removes ? ['--delete'] : []),
      '-e',
      ssh.join(' '),
    ];
    const ends = [`${source.replace(/\/+$/, '')}/`, `${host}:${path}/`];
    return {
      object: `${host}:${path}`,
      files: [source],
      reads: 'all',
      identity: [
        {
          label: 'address',
          words: [...ssh, '-G', host],
          pick: (said) => lines(said, /^(?:hostname|user|port|proxyjump|proxycommand) .*$/gm),
        },
        {
          label: 'host key',
          words: [...ssh, '-v', host, 'true'],
          pick: hostKey,
        },
      ],
      past: [],
      trial: [{ label: 'rsync --dry-run', words: [...send, '--dry-run', ...ends] }],
      apply: [{ words: [...ssh, host, keepCopy(path, copy)] }, { words: [...send, ...ends] }],
      rollback: () => ({
        commands: [{ words: [...ssh, host, bringBack(path, copy)] }],
        note: `The state before lies on the server in ${copy}; remove it when it is no longer wanted.`,
      }),
    };
  },
};

/** A changed or unknown host key ends it, and nothing asks for a password. */
function sshWords({ program, settings }: Site): readonly string[] {
  const strict = ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'ControlPath=none'].flatMap((option) => ['-o', option]);
  return [program('ssh') ?? 'ssh', ...strict, ...(settings.port === undefined ? [] : ['-p', String(settings.port)])];
}

/** Complete, or not there under its name. Paths are of plain signs only. */
function keepCopy(path: string, copy: string): string {
  return `set -e; if [ -d ${path} ]; then mkdir ${copy}.part; cp -a ${path}/. ${copy}.part/; mv ${copy}.part ${copy}; else mkdir -p ${path}; touch ${copy}.none; fi`;
}

function bringBack(path: string, copy: string): string {
  return `set -e; if [ -d ${copy} ]; then rsync -a --checksum --delete ${copy}/ ${path}/; elif [ -e ${copy}.none ]; then rm -rf ${path}; else echo nothing was changed on the server; fi`;
}

/** "ssh-ed25519 SHA256=…": public, and written so that it is not taken for a secret. */
function hostKey(said: string): string | undefined {
  return lines(said, /(?<=Server host key: ).*$/gm)?.replaceAll('SHA256:', 'SHA256=');
}

function lines(said: string, pattern: RegExp): string | undefined {
  const found = [...new Set(said.match(pattern) ?? [])].map((line) => line.trim()).sort();
  return found.length === 0 ? undefined : found.join('\n');
}
