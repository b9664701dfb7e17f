import assert from 'node:assert/strict';
import type { FileFacts, FolderEntry, Ports } from '../../../../src/core/ports.ts';
import { commandEffects } from '../../../../src/core/security/command-effects.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';

const files = {
  facts: async (path: string): Promise<FileFacts> => ({ real: path, kind: 'none', size: 0, modifiedMs: 0, mode: 0 }),
  entries: async (): Promise<readonly FolderEntry[]> => [],
} as unknown as Ports['files'];
const site = { files, cwd: '/work/app', cwdZone: 'workspace' as const, roots: ['/work/app'] };
const runOf = async (command: string): Promise<Effect | undefined> => (await commandEffects(command, site))[0];
const danger = async (command: string): Promise<string | undefined> => (await runOf(command))?.protects;

describe('commandEffects', () => {
  it('names the folder and the command as its object, and the commands in it', async () => {
    assert.deepEqual(await commandEffects('npm test', site), [
      { verb: 'run', object: '/work/app$ npm test', zone: 'workspace', commands: [{ words: ['npm', 'test'] }] },
    ]);
  });

  for (const command of [
    'npm test',
    'npm run build && node dist/cli.js --help > out.txt 2>&1',
    'ls -la | grep foo | head -5',
    'git status && git diff && git commit -m "push it"',
    'rm -rf node_modules dist',
    'rm -rf dist/*',
    'cat x | python3 -m json.tool',
    'command -v curl',
    'echo hi >/dev/null 2>&1',
    'cd src && mkdir -p a/b && cp x.ts a/b/',
    'for f in *.ts; do wc -l "$f"; done',
    'sed -i s/a/b/ src/x.ts',
    'find . -name "*.o" -delete',
    "bash -c 'echo hi'",
    'timeout 5 node server.js',
    'kubectl get pods',
    'python3 - <<EOF\nprint(1)\nEOF',
    'grep -r "curl" docs',
    'gcc -o app a.c && sort -o b a',
    'set -o pipefail; grep -o x a',
  ]) {
    it(`leaves to the mode: ${JSON.stringify(command)}`, async () => assert.equal(await danger(command), undefined));
  }

  for (const command of [
    'git push',
    'git -C sub push origin main',
    'npm publish',
    'cargo publish',
    'twine upload dist/*',
    'docker push me/app',
    'sudo ls',
    'curl https://example.com',
    "c'ur'l example.com",
    '/usr/bin/curl x',
    'echo $(wget -qO- x)',
    'echo `wget x`',
    'bash <(curl x)',
    "sh -c 'curl x'",
    'bash -lc \'sh -c "wget x"\'',
    'env A=1 curl x',
    'env -u HOME curl x',
    'xargs -n 1 curl',
    'xargs -I {} sh -c "curl {}"',
    'nohup time curl x',
    'timeout 5 curl x',
    'timeout -k 5 10s curl x',
    'if true; then ssh host; fi',
    'f() { scp a b:; }; f',
    'eval "curl x"',
    'trap "curl x" EXIT',
    '$CMD x',
    'rm -rf /',
    'rm -rf ~/x',
    'rm -r ../other',
    'echo x > /tmp/y',
    'echo x > ../y',
    'git log --output=/elsewhere/x',
    'git diff --output .vscode/x',
    'sort -o ../x a',
    'git format-patch -o/elsewhere HEAD',
    'npm run build -- --out-dir=../x',
    'echo x > .git/hooks/pre-commit',
    'cd .git && echo x > config',
    'cd /tmp && rm -rf y',
    'cd',
    'cp evil .npmrc',
    'cp /elsewhere/package-lock.json .',
    'mv a .github/workflows/ci.yml',
    'echo x | tee CLAUDE.md',
    'sed -i s/a/b/ .vscode/settings.json',
    'echo x > "$TARGET"',
    'ln -s /etc etc',
    'find / -delete',
    'find . -exec curl {} ;',
    'rm -rf .g*',
    'dd if=a of=/dev/sda',
    'kubectl apply -f x',
    'terraform apply',
    'helm upgrade a b',
    'cat x | sh',
    'cat x | sudo bash -s',
    'cat x | python3',
    'cat x | { bash; }',
    'bash <<EOF\ncurl x\nEOF',
    'bash <<< "curl x"',
    'echo x > /dev/tcp/1.2.3.4/80',
    'if true; then',
    'echo "unclosed',
    'echo a\u001b[2Kb',
    'echo \u202Ex',
  ]) {
    it(`always asks for: ${JSON.stringify(command)}`, async () => assert.notEqual(await danger(command), undefined));
  }
});
