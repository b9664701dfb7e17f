import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { freePort } from '../../support/free-port.ts';

const folders = (process.env['PATH'] ?? '').split(':');
const server = ['/usr/sbin/sshd', '/usr/bin/sshd'].find((file) => existsSync(file));

/** What a real ssh server on this machine needs and is not there; undefined: nothing. */
export function sshMissing(): string | undefined {
  const missing = ['rsync', 'ssh', 'ssh-keygen'].filter((name) => program(name) === name);
  if (server === undefined) missing.push('sshd');
  return missing.length === 0
    ? undefined
    : `${missing.join(', ')} missing: apt-get install rsync openssh-client openssh-server`;
}

/** Its path; its name where there is none. */
function program(name: string): string {
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file)) ?? name;
}

export interface SshServer {
  readonly port: number;
  readonly user: string;
  /** To be first on the PATH: `ssh` here knows the server's throw-away keys; else it is the real one. */
  readonly bin: string;
  /** Gives the server another key, as another machine at its address would have. */
  changeKey(): Promise<void>;
  close(): Promise<void>;
}

/** A real sshd as an ordinary process on loopback, with keys of its own. */
export async function startSshServer(folder: string): Promise<SshServer> {
  const keys = path.join(folder, 'keys');
  const bin = path.join(folder, 'bin');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  await mkdir(bin, { recursive: true });
  for (const name of ['host', 'other', 'client'])
    execFileSync(program('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(keys, name)]);
  await writeFile(path.join(keys, 'authorized'), await readFile(path.join(keys, 'client.pub')), { mode: 0o600 });
  const port = await freePort();
  const user = userInfo().username;
  const known = await Promise.all(['host', 'other'].map((name) => readFile(path.join(keys, `${name}.pub`), 'utf8')));
  await writeFile(
    path.join(keys, 'known'),
    known.map((key) => `[127.0.0.1]:${port} ${key.split(' ').slice(0, 2).join(' ')}\n`).join(''),
  );
  const options = ['-o', `UserKnownHostsFile=${keys}/known`, '-o', 'GlobalKnownHostsFile=/dev/null'];
  // Whatever it is called in a test, this server is meant.
  const here = [`HostName=127.0.0.1`, `Port=${port}`, `User=${user}`].flatMap((option) => ['-o', option]);
  const own = [...here, '-F', '/dev/null', '-i', `${keys}/client`, '-o', 'IdentitiesOnly=yes', ...options];
  await writeFile(path.join(bin, 'ssh'), `#!/bin/sh\nexec ${program('ssh')} ${own.join(' ')} "$@"\n`);
  await chmod(path.join(bin, 'ssh'), 0o755);
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  let stop = await listen(keys, 'host', port);
  return {
    port,
    user,
    bin,
    changeKey: async () => {
      await stop();
      stop = await listen(keys, 'other', port);
    },
    close: () => stop(),
  };
}

async function listen(keys: string, key: string, port: number): Promise<() => Promise<void>> {
  const settings = [
    `Port=${port}`,
    'ListenAddress=127.0.0.1',
    `HostKey=${keys}/${key}`,
    `AuthorizedKeysFile=${keys}/authorized`,
    'PidFile=none',
    'StrictModes=no',
    'UsePAM=no',
    'PasswordAuthentication=no',
    'PermitRootLogin=prohibit-password',
  ].flatMap((setting) => ['-o', setting]);
  const child = spawn(server ?? 'sshd', ['-D', '-e', '-f', '/dev/null', ...settings], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (child.exitCode !== null || tries > 200) throw new Error(`sshd does not listen: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('data', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('data', () => socket.destroy());
  });
}
