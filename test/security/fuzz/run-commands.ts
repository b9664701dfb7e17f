import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readerEnvironment } from '../../../src/adapters/process/reader-environment.ts';
import { differences, emptied, makeWorld, outsideSecret, snapshot } from './workspace.ts';

/** What commands that were decided as reading only did beyond that; empty: nothing. */
export async function foulsOf(base: string, commands: readonly string[]): Promise<readonly string[]> {
  const fouls = await runAll(base, commands);
  if (fouls.length === 0 || commands.length === 1)
    return fouls.map((foul) => `${JSON.stringify(commands[0])}: ${foul}`);
  const found: string[] = [];
  for (const command of commands) found.push(...(await foulsOf(base, [command])));
  // What only shows when they run one after the other.
  return found.length > 0 ? found : fouls;
}

async function runAll(base: string, commands: readonly string[]): Promise<readonly string[]> {
  const { workspace, home } = makeWorld(emptied(base));
  const [lines, outputs] = [join(base, 'lines'), join(base, 'outputs')];
  for (const folder of [lines, outputs]) mkdirSync(folder);
  const names = commands.map((_, index) => String(index).padStart(6, '0'));
  for (const [index, command] of commands.entries()) writeFileSync(join(lines, names[index] ?? ''), command);
  const trace = join(outputs, 'trace');
  const before = snapshot(base);
  const watched = existsSync('/usr/bin/strace')
    ? [
        '/usr/bin/strace',
        '-f',
        '-qq',
        '--seccomp-bpf',
        '-e',
        'trace=connect,execve,kill,symlink,unlink,mkdir',
        '-o',
        trace,
      ]
    : [];
  const script = `cd ${workspace} && for line in ${lines}/*; do /usr/bin/timeout -s KILL 5 /bin/bash -c "exec 2>&1; $(/bin/cat "$line")" </dev/null >${outputs}/"\${line##*/}" 2>&1; done; true`;
  const own = {
    ...process.env,
    HOME: home,
    PATH: `${workspace}/bin:.:bin:/usr/local/bin:/usr/bin:/bin`,
    GIT_EXTERNAL_DIFF: 'evil',
    BASH_ENV: join(workspace, 'evil'),
  };
  await confined([...watched, '/bin/bash', '-c', script], base, readerEnvironment(own, [workspace]));
  const changed = differences(before, snapshot(base)).filter(
    (path) => path !== outputs && !path.startsWith(`${outputs}/`),
  );
  const told = names.filter((name) => readFileSync(join(outputs, name), 'utf8').includes(outsideSecret));
  const traced = existsSync(trace) ? readFileSync(trace, 'utf8').split('\n') : [];
  const reached = traced.filter(
    (line) => /AF_INET/.test(line) || (line.includes(`execve("${base}`) && !line.includes('ENOENT')),
  );
  return [
    ...changed.map((path) => `changed ${path}`),
    ...told.map(() => 'read what lies outside'),
    ...reached.map((line) => `did ${line.slice(0, 200)}`),
  ];
}

/** Without a network, over a system that cannot be written to, in a world of its own. */
function confined(command: readonly string[], base: string, env: NodeJS.ProcessEnv): Promise<void> {
  const words = [
    '--ro-bind',
    '/',
    '/',
    '--tmpfs',
    '/tmp',
    '--bind',
    base,
    base,
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--unshare-net',
    '--unshare-pid',
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    '--cap-add',
    'CAP_DAC_OVERRIDE',
  ];
  const child = spawn('/usr/bin/bwrap', [...words, ...command], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(complaint))));
  });
}
