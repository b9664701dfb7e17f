import assert from 'node:assert/strict';
import type { FileFacts, FolderEntry, Ports } from '../../../../src/core/ports.ts';
import { commandEffects } from '../../../../src/core/security/command-effects.ts';
import { decide } from '../../../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../../../src/core/security/policy.ts';

const root = '/work/app';
const folders: Readonly<Record<string, readonly FolderEntry[]>> = {
  '/work/app': [
    { name: 'a.txt', kind: 'file' },
    { name: '.env', kind: 'file' },
    { name: 'src', kind: 'directory' },
    { name: 'odd', kind: 'directory' },
    { name: 'y[a]', kind: 'link' },
  ],
  '/work/app/src': [
    { name: 'a.ts', kind: 'file' },
    { name: 'out', kind: 'link' },
  ],
  '/work/app/odd': [{ name: '--output=x', kind: 'file' }],
};
const links: Readonly<Record<string, string>> = {
  '/work/app/src/out': '/etc/passwd',
  '/work/app/away': '/srv/away',
  '/work/app/y[a]': '/srv/y',
};

const files = {
  facts: async (path: string): Promise<FileFacts> => {
    const plain = new URL(`file://${path}`).pathname.replace(/(.)\/$/, '$1');
    const link = Object.keys(links).find((each) => plain === each || plain.startsWith(`${each}/`));
    const real = link === undefined ? plain : `${links[link]}${plain.slice(link.length)}`;
    const kind = folders[real] ? 'directory' : /\.(?:txt|ts|env)$/.test(real) ? 'file' : 'none';
    return { real, kind, size: 0, modifiedMs: 0, mode: 0 };
  },
  entries: async (folder: string) => folders[folder],
} as unknown as Ports['files'];

async function decided(command: string, shell: 'posix' | 'powershell' | 'cmd' = 'posix'): Promise<string> {
  const effects = await commandEffects(command, { files, cwd: root, cwdZone: 'workspace', roots: [root], shell });
  return decide(effects, noTaint, { ...strictPolicy, trusted: true }).decision;
}

describe('commands that only read', () => {
  for (const command of [
    'ls -la src',
    'cat a.txt | head -20 | wc -l',
    'head -n 5 -- a.txt',
    'grep -rn --include="*.ts" "needle" src',
    'grep -e one -e two a.txt',
    'rg -n "foo(bar)?" -g "*.ts" src',
    'find . -type f \\( -name "*.ts" -o -name "*.js" \\) -not -path "*/node_modules/*"',
    'cd src && ls && cat ../a.txt',
    'git log -p -5 --stat -- src/a.ts',
    'git diff HEAD~2..HEAD -- src',
    'git show HEAD:src/a.ts',
    'git branch -a --contains HEAD',
    'if [ -f a.txt ]; then cat a.txt; else echo none; fi',
    'for name in one two; do echo hello; done',
    'test -d src && echo yes || echo no',
    'echo "$(pwd)" $HOME $?',
    'bash -c "ls | wc -l"',
    'timeout 5 cat a.txt 2>/dev/null',
    'sed -n "10,20p" a.txt',
    "sed 's/a/b/g' a.txt",
    'jq -r ".scripts | keys[]" a.txt',
    'diff a.txt src/a.ts',
    'diff <(ls) <(ls src)',
    'sort -u a.txt | uniq -c | sort -rn',
    'date +%F',
    "printf '%s\\n' one two",
    'cat *.txt',
    'cat [a-z].txt src/[id].ts',
    'wc -l < a.txt',
    'node --version && command -v node',
    'set -euo pipefail; ls',
    '! grep -q x a.txt',
    'cat <<EOF\nhello\nEOF',
    'LS',
  ]) {
    const expected = command === 'LS' ? 'ask' : 'allow';
    it(`${expected}: ${JSON.stringify(command)}`, async () => assert.equal(await decided(command), expected));
  }

  const asked: Readonly<Record<string, readonly string[]>> = {
    'a flag that writes or runs': [
      'sort -o a.txt a.txt',
      'sort --compress-program=./x a.txt',
      'uniq a.txt b.txt',
      'find . -delete',
      'find . -name x -exec cat {} +',
      'find . -fprintf out x',
      'rg --pre ./x y',
      'rg -z y',
      'tree -o out',
      'git diff --output=x',
      'git diff --ext-diff',
      'git log --textconv -p',
      'git log --format=%G?',
      'git grep -O./x y',
      'git branch new',
      'git branch --abbrev new',
      'git -c core.fsmonitor=./x status',
      'git --exec-path=./x status',
      'git stash',
      'git reflog expire --all',
      'date 01010000',
      'date -s now',
      "sed -n 'w out' a.txt",
      "sed 's/a/b/w out' a.txt",
      "sed 's/a/id/e' a.txt",
      'sed -i s/a/b/ a.txt',
      'xxd -r a.txt out',
      'xxd a.txt out',
      'base64 -o out a.txt',
      'file -C -m x',
      "printf -v PATH '%s' .",
      "printf '%n' PATH",
      'tail -f a.txt',
      'env',
      'jq -n env',
    ],
    'a name that is more than it seems': [
      'cat a.tx[[:alpha:]]',
      'cat []a].txt',
      'cat [!b].txt',
      "cat 'y[a]'/s*",
      'cat .*',
      'ls .?/',
      'cat .[.]/x',
      "jq -nc '$ ENV | .A'",
      "jq -nc '$__prog_args'",
      'git blame .env',
      'git diff src/.env a.txt',
      'git show HEAD:.env',
      "git grep -h '' src/out",
      'git diff away/secret.txt a.txt',
    ],
    'what is only known when it runs': [
      '$CMD',
      'cat $FILE',
      'cat "$(echo /etc/passwd)"',
      'ls | xargs cat',
      'echo $SECRET',
      'echo $' + '{x:=1}',
      'echo $' + '{x@P}',
      'echo $((a[$(id)]))',
      '[ -v "a[0]" ]',
      '[[ a -eq b ]]',
      'for f in a b; do cat $f; done',
      'cat {a,b}.txt',
    ],
    'a shell that is made ready for something': [
      'PATH=. ls',
      'GIT_EXTERNAL_DIFF=./x git diff',
      'export A=b',
      'alias ls=rm',
      'ls() { rm x; }; ls',
      'for PATH in . ; do ls; done',
      'source a.txt',
      'ls &',
      'exec 3<a.txt',
      'trap ls EXIT',
      '(ls)',
    ],
    'a program that lies somewhere else': ['./ls', '/tmp/ls', 'src/cat a.txt', '/tmp/bash -c ls', 'gitt status'],
    'places outside, or secret ones': [
      'cat /etc/passwd',
      'cat ../x.txt',
      'cat ~/.ssh/id_rsa',
      'ls /',
      'cat .env',
      'cat .e*',
      'cat .git/../.env',
      'grep -f /etc/passwd a.txt',
      'cat src/out',
      'cat src/*',
      'ls away/x',
      'cd away && ls',
      'cat src/../../x.txt',
      'git diff /etc/passwd a.txt',
      'git diff --no-index a.txt b.txt',
      'head -n5 < /etc/passwd',
      'echo /etc/*',
    ],
    'links that are followed': ['grep -R x src', 'diff src odd', 'find -L . -name x', 'rg -L x', 'tree -l', 'ls -RL'],
    'names that become options, or one argument too many': [
      'uniq -c src/*',
      'xxd *',
      'xxd a.txt -b',
      'uniq a.txt -c',
      'diff *',
      'cd odd && sort *',
      'sort odd/../*',
    ],
    writing: ['ls > out.txt', 'echo a >> a.txt', 'ls | tee out', 'cat < a.txt > b.txt', 'ls &> out', 'ls 2>err'],
    'what no person sees': [
      'ls \u200bsrc',
      'ls\u00a0src',
      'ls \u202esrc',
      'ls\rrm x',
      'l\u0455',
      `echo ${'a'.repeat(5000)}`,
      "echo $'\\x72m'",
      'echo "one\ntwo"',
    ],
    'what cannot be parsed': ['ls "', 'if ls', 'ls ;; pwd', 'echo $(', 'ls | | wc'],
  };
  for (const [why, commands] of Object.entries(asked)) {
    for (const command of commands) {
      it(`ask for ${why}: ${JSON.stringify(command.slice(0, 60))}`, async () => {
        assert.equal(await decided(command), 'ask');
      });
    }
  }

  it('names the real places that are read', async () => {
    const site = { files, cwd: root, cwdZone: 'workspace' as const, roots: [root] };
    const effects = await commandEffects('cat src/out && ls', site);
    assert.deepEqual(
      effects.slice(1).map(({ verb, object, zone }) => [verb, object, zone]),
      [
        ['read', '/etc/passwd', 'outside'],
        ['read', '/work/app', 'workspace'],
      ],
    );
  });

  for (const [shell, command, expected] of [
    ['powershell', 'Get-Content a.txt', 'allow'],
    ['powershell', 'powershell.exe -NoProfile -Command "Get-ChildItem -Path src -Recurse"', 'allow'],
    ['powershell', 'git status', 'allow'],
    ['powershell', 'Get-Content a.txt | Out-File b', 'ask'],
    ['powershell', 'Get-Content $x', 'ask'],
    ['powershell', 'Get-Content env:SECRET', 'ask'],
    ['powershell', 'Get-Content (Remove-Item x)', 'ask'],
    ['powershell', 'ls; rm x', 'ask'],
    ['powershell', 'cat .env', 'ask'],
    ['powershell', 'Get-Content ..\\x', 'ask'],
    ['powershell', 'Remove-Item a.txt', 'ask'],
    ['cmd', 'dir /s src', 'allow'],
    ['cmd', 'type a.txt', 'allow'],
    ['cmd', 'git status', 'ask'],
    ['cmd', 'type a.txt & del a.txt', 'ask'],
    ['cmd', 'type %USERPROFILE%', 'ask'],
    ['cmd', 'echo x>y', 'ask'],
    ['cmd', 'for %i in (*) do type %i', 'ask'],
  ] as const) {
    it(`${expected} in ${shell}: ${command}`, async () => assert.equal(await decided(command, shell), expected));
  }
});
