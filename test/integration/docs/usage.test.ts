import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildExtension, projectFolder } from '../../support/extension-package.ts';

const page = path.join(projectFolder, 'docs', 'usage.md');
/** OPENMAGUS_PICTURE, as for the pictures: what is printed on the page is written anew. */
const renews = process.env['OPENMAGUS_PICTURE'] !== undefined;

/** A call of the page, and what the page says it is answered. */
interface Shown {
  readonly call: string;
  readonly answer: string;
}

describe('the page on the tools', () => {
  let folder: string;
  before(async function () {
    this.timeout(60_000);
    await buildExtension();
    folder = await mkdtemp(path.join(tmpdir(), 'magus-usage-'));
  });
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it('shows calls and what they are really answered', async function () {
    this.timeout(60_000);
    const text = await readFile(page, 'utf8');
    const workspace = path.join(folder, 'work');
    await mkdir(workspace);
    const files = [...text.matchAll(/^`([\w.]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)];
    for (const [, name = '', content = ''] of files) await writeFile(path.join(workspace, name), content);
    const shown = [...text.matchAll(/^```call\n(.*)\n```\n\n```answer\n([\s\S]*?)^```$/gm)].map(
      ([, call = '', answer = '']): Shown => ({ call, answer }),
    );
    assert.ok(files.length >= 2 && shown.length >= 6, `${files.length} files, ${shown.length} calls`);
    const answers = await answersTo(shown, workspace, path.join(folder, 'home'));
    if (renews) {
      const renewed = shown.reduce(
        (whole, { call, answer }, index) =>
          whole.replace(
            `${call}\n\`\`\`\n\n\`\`\`answer\n${answer}`,
            () => `${call}\n\`\`\`\n\n\`\`\`answer\n${answers[index]}\n`,
          ),
        text,
      );
      await writeFile(page, renewed);
    } else
      assert.deepEqual(
        answers,
        shown.map(({ answer }) => answer.replace(/\n$/, '')),
      );
    assert.equal(
      await readFile(path.join(workspace, 'reports', 'pieces.csv'), 'utf8'),
      'region,pieces\nnorth,5\nsouth,8\nwest,5\n',
    );
  });
});

/** Through the real command line, one after the other. */
async function answersTo(shown: readonly Shown[], workspace: string, home: string): Promise<readonly string[]> {
  const words = [path.join(projectFolder, 'dist', 'cli.js'), 'tool', '--batch', '--workspace', workspace];
  const env = { ...process.env, OPENMAGUS_HOME: home, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, words, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stdin.end(shown.map(({ call }) => `${call}\n`).join(''));
  await new Promise((resolve) => child.on('close', resolve));
  return out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { content: string }).content);
}
