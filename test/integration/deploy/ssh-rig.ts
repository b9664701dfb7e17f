import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type DeployRig, deployRig } from './deploy-rig.ts';
import { type SshServer, sshMissing, startSshServer } from './ssh-server.ts';

export interface SshRig {
  readonly deploy: DeployRig;
  readonly ssh: SshServer;
  /** Folder on the "server", also reached at `url`. */
  readonly served: string;
  /** Answers with the folder's index.html, and with status 500 where that holds the word that was named. */
  readonly url: string;
  remove(): Promise<void>;
}

/** Deployments to a real ssh server. Skips the suite where there can be none; where CI is set that is a failure. */
export async function sshRig(suite: Mocha.Context, below: string, bad: string): Promise<SshRig> {
  const missing = sshMissing();
  if (missing !== undefined) {
    if (process.env['CI'] !== undefined) throw new Error(missing);
    console.log(`      not tried: ${missing}`);
    suite.skip();
  }
  const deploy = await deployRig();
  const base = path.dirname(deploy.root);
  const ssh = await startSshServer(path.join(base, 'ssh'));
  process.env['PATH'] = `${ssh.bin}:${process.env['PATH']}`;
  const served = path.join(base, below);
  const site = createServer((request, response) => {
    readFile(path.join(served, request.url === '/' ? 'index.html' : 'nothing'), 'utf8').then(
      (body) => response.writeHead(body.includes(bad) ? 500 : 200).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const remove = async (): Promise<void> => {
    site.close();
    await ssh.close();
    await deploy.remove();
  };
  return { deploy, ssh, served, url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/`, remove };
}
