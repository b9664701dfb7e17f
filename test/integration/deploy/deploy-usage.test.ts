import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { planIn } from './deploy-rig.ts';
import { type SshRig, sshRig } from './ssh-rig.ts';

const page = path.resolve(import.meta.dirname, '../../../docs/usage.md');
/** As for the pictures: what is printed on the page is written anew. */
const renews = process.env['OPENMAGUS_PICTURE'] !== undefined;

describe('the page on deployments', function () {
  this.timeout(60_000);
  let rig: SshRig;
  before(async function () {
    rig = await sshRig(this, 'srv', 'oops');
  });
  after(() => rig?.remove());

  it('shows what is really answered', async () => {
    const { deploy, ssh, served, url } = rig;
    const text = await readFile(page, 'utf8');
    const [section = ''] = /^## Deployments\n[\s\S]*?(?=^## |(?![\s\S]))/m.exec(text) ?? [];
    const targets = /```json\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
    await deploy.rig.write({
      '.openmagus/deploy.json': targets.replaceAll('/srv/site', served).replaceAll('https://web.example/', url),
      'public/index.html': '<h1>One</h1>\n',
      'public/style.css': 'h1 { color: green }\n',
    });
    const steps = [...section.matchAll(/```jsonl\n(.*)\n```\n(?:\n```\n([\s\S]*?)```\n)?/g)];
    assert.equal(steps.length, 8);
    const changes = new Map([
      [3, '<h1>oops</h1>\n'],
      [6, '<h1>Two</h1>\n'],
      [7, '<h1>Three</h1>\n'],
    ]);
    let renewed = section;
    let [plan_id, digest] = ['no plan yet', 'no plan yet'];
    for (const [index, [whole = '', call = '', answer]] of steps.entries()) {
      const change = changes.get(index);
      if (change !== undefined) await deploy.rig.write({ 'public/index.html': change });
      const { tool, input } = JSON.parse(call.replace('4f2a9c1e7b03', plan_id).replace('DIGEST', digest)) as {
        tool: string;
        input: unknown;
      };
      const { content } = await deploy.call(tool, input);
      ({ plan_id, digest } = planIn(content) ?? { plan_id, digest });
      const shown = `${normal(content, { plan_id, digest, served, url, bin: ssh.bin, port: ssh.port, user: ssh.user })}\n`;
      if (answer === undefined) continue;
      if (renews)
        renewed = renewed.replace(whole, () =>
          whole.replace(`\n\`\`\`\n${answer}\`\`\``, () => `\n\`\`\`\n${shown}\`\`\``),
        );
      else assert.equal(shown, answer, call);
    }
    if (renews)
      await writeFile(
        page,
        text.replace(section, () => renewed),
      );
  });
});

interface Here {
  readonly plan_id: string;
  readonly digest: string;
  readonly served: string;
  readonly url: string;
  readonly bin: string;
  readonly port: number;
  readonly user: string;
}

/** With the names of the page instead of those of this machine. */
function normal(content: string, { plan_id, digest, served, url, bin, port, user }: Here): string {
  return content
    .replaceAll(plan_id, '4f2a9c1e7b03')
    .replaceAll(digest, 'DIGEST')
    .replaceAll(served, '/srv/site')
    .replaceAll(url, 'https://web.example/')
    .replaceAll(`${bin}/ssh`, '/usr/bin/ssh')
    .replace(/\S+\/rsync\b/g, (path) => (path.startsWith('/') ? '/usr/bin/rsync' : path))
    .replace(/(rsync) \d+\.\d+\.\d+/g, '$1 3.2.7')
    .replace(`hostname 127.0.0.1; port ${port}; user ${user}`, 'hostname web.example; port 22; user deploy')
    .replace(/SHA256=[\w+/]{43}/g, 'SHA256=2Vb0WMDUCLdLmXgq0h5yWfHQ6cJ6Q0i7mNqZkX3nJpA')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-03-02T09:15:00.000Z');
}
