import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ConfinedRig, confinedRig, needsSandbox, treeHash } from './confined-rig.ts';

const canary = 'canary-5f2a9c71e4';

/** Seconds, up to their last digit; nobody else on this machine sleeps that long. */
const length = 4000 + process.pid;

describe('a confined command', () => {
  let rig: ConfinedRig;
  before(async function () {
    rig = await confinedRig();
    await needsSandbox(this, rig);
    execFileSync('git', ['init', '-q', rig.workspace]);
    await writeFile(join(rig.workspace, '.env'), `TOKEN=${canary}\n`);
    await writeFile(join(rig.workspace, 'package.json'), '{"scripts":{}}\n');
    await writeFile(join(rig.workspace, 'AGENTS.md'), 'Be kind.\n');
    await mkdir(join(rig.home, '.ssh'));
    await writeFile(join(rig.home, '.ssh', 'id_ed25519'), canary);
    await mkdir(join(rig.home, '.config', 'gh'), { recursive: true });
    await writeFile(join(rig.home, '.config', 'gh', 'hosts.yml'), canary);
    await writeFile(join(rig.home, '.npmrc'), canary);
    await writeFile(join(rig.ownData, 'openmagus.db'), canary);
  });
  after(() => rig.close());

  it('does ordinary work', async () => {
    const { output, state } = await rig.run(
      'mkdir -p out && echo made > out/a && cat out/a && node -e "console.log(6*7)" && git status --short | head -3 && mktemp >/dev/null && exit 7',
    );
    assert.match(output, /made\n42/);
    assert.equal(state.exitCode, 7);
    assert.equal(state.confined, true);
    assert.deepEqual(state.setAside, []);
    assert.equal(await readFile(join(rig.workspace, 'out', 'a'), 'utf8'), 'made\n');
  });

  for (const attack of [
    'cat ~/.ssh/id_ed25519 ~/.npmrc ~/.config/gh/hosts.yml',
    'tar cf - ~ 2>/dev/null | strings; cp -r ~/.ssh ./stolen; cat stolen/*',
    'ln -s ~/.ssh keys; cat keys/id_ed25519; ln ~/.npmrc hard; cat hard',
    'cat .env; cp .env copy; cat copy; mv .env moved; cat moved; dd if=.env; head -c 100 < .env; grep -r canary . ..',
    'node -e "for (const f of [\\".env\\", process.env.HOME+\\"/.ssh/id_ed25519\\"]) try { console.log(require(\\"fs\\").readFileSync(f,\\"utf8\\")) } catch {}"',
    'cat ../data/openmagus.db; strings ../data/*',
    'env; set; cat /proc/*/environ | tr "\\0" "\\n"; cat /proc/1/root/proc/*/environ; ps auxeww',
    'umount .env; umount ~/.ssh; mount --bind / /mnt; cat /proc/self/root/.ssh/*; cat .env ~/.ssh/*',
  ]) {
    it(`reads no secret by: ${attack.slice(0, 60)}`, async () => {
      process.env['CONFINED_TEST_API_KEY'] = canary;
      process.env['CONFINED_TEST_SETTING'] = canary;
      try {
        assert.ok(!(await rig.run(attack)).output.includes(canary));
      } finally {
        delete process.env['CONFINED_TEST_API_KEY'];
        delete process.env['CONFINED_TEST_SETTING'];
      }
      assert.equal(await readFile(join(rig.workspace, '.env'), 'utf8'), `TOKEN=${canary}\n`);
    });
  }

  for (const attack of [
    'echo evil > .git/hooks/pre-commit; chmod +x .git/hooks/*; git config core.fsmonitor ./evil; git config alias.x "!evil"',
    'mv .git .git2; rm -rf .git; mkdir .git; ln -sfn out .git',
    'cp -r .git other && rm -rf .git && mv other .git; rm -rf other',
    'echo /x > .git/commondir; echo evil >> .git/info/attributes; git init .; git worktree add ../w',
    'echo evil > package.json; sed -i s/scripts/evil/ package.json; mv package.json p; rm -f package.json',
    'echo evil >> AGENTS.md; cat > AGENTS.md <<< evil; rm AGENTS.md; ln -sf out AGENTS.md',
    'mkdir .vscode; echo {} > .vscode/tasks.json; mv out .vscode; ln -s out .vscode; mkdir -p .vscode/x',
    'unshare -Urm sh -c "mount -t tmpfs x .git; echo evil > .git/x"; unshare -Ur true; bwrap --bind / / sh -c "echo evil > AGENTS.md"',
    'echo x >> ~/.bashrc; echo x > ~/x; echo x > ../x; echo x > ../data/x; echo x > /etc/openmagus-x; echo x > /tmp/openmagus-x',
    'ln -s .. up; echo x > up/x; ln -s ../home h; echo x > h/.bashrc; ln ../home/.npmrc n; echo x >> n',
    `kill -9 ${process.pid}; kill -9 -1; pkill -9 node`,
  ]) {
    it(`changes nothing protected and nothing outside by: ${attack.slice(0, 60)}`, async () => {
      const watched = ['.git', 'package.json', 'AGENTS.md', '.env'].map((name) => join(rig.workspace, name));
      const before = await Promise.all([...watched, rig.home].map(treeHash));
      await rig.run(attack);
      assert.deepEqual(await Promise.all([...watched, rig.home].map(treeHash)), before);
      for (const path of ['../x', '../data/x', '.vscode', '/etc/openmagus-x', '/tmp/openmagus-x'])
        await assert.rejects(stat(path.startsWith('/') ? path : join(rig.workspace, path)), { code: 'ENOENT' }, path);
    });
  }

  it('is given its variables inside the walls, where the shell outside does not heed them', async () => {
    await writeFile(join(rig.workspace, 'ready.sh'), `touch ${rig.folder}/outside; echo made ready\n`);
    const value = "it's $(touch x)\n`touch y`";
    const { output } = await rig.run('bash -c "echo inside"; echo "$PLAIN"', {
      BASH_ENV: join(rig.workspace, 'ready.sh'),
      PLAIN: value,
    });
    assert.match(output, /made ready\ninside\n/, 'it is heeded by shells inside');
    assert.ok(output.endsWith(`inside\n${value}\n`), output);
    await assert.rejects(stat(join(rig.folder, 'outside')), { code: 'ENOENT' });
  });

  it('is kept from what steers git where it only reads', async () => {
    const command = 'echo "$GIT_CONFIG_COUNT $GIT_OPTIONAL_LOCKS"; git config core.fsmonitor';
    const { output } = await rig.run(command, {}, { readsOnly: true });
    assert.match(output, /^[1-9]\d* 0\nfalse\n$/);
    assert.equal((await rig.run('echo "$GIT_OPTIONAL_LOCKS"')).output, '\n');
  });

  it('finds what it made aside where that would act later, and leaves the rest', async () => {
    const { state } = await rig.run(
      'mkdir -p sub/.vscode new && echo {} > sub/.vscode/tasks.json && echo evil > sub/AGENTS.md && ln -s ../AGENTS.md sub/CLAUDE.md && git init -q new && echo fine > sub/readme.txt',
    );
    const moved = [...(state.setAside ?? [])].map(({ path }) => path).sort();
    assert.deepEqual(moved, ['new/.git', 'sub/.vscode', 'sub/AGENTS.md', 'sub/CLAUDE.md']);
    for (const { path, movedTo } of state.setAside ?? []) {
      await assert.rejects(stat(join(rig.workspace, path)), { code: 'ENOENT' });
      assert.ok(movedTo.startsWith(rig.ownData));
    }
    assert.equal(await readFile(join(rig.workspace, 'sub', 'readme.txt'), 'utf8'), 'fine\n');
  });

  it('holds for commands side by side, of which one ends before the other', async () => {
    const before = process.cwd();
    // As on the command line: there the package keeps more from being made, for as long as any command runs.
    process.chdir(rig.workspace);
    try {
      const slow = rig.run(
        'sleep 1; mkdir -p .idea; echo evil > .idea/x; echo evil > .gitconfig; cat .idea/x .gitconfig',
      );
      for (let count = 0; count < 4; count += 1) {
        const { output, state } = await rig.run('echo fine');
        assert.deepEqual([output, state.exitCode, state.setAside], ['fine\n', 0, []]);
      }
      const { output, state } = await slow;
      assert.doesNotMatch(output, /^evil$/m);
      assert.deepEqual(state.setAside, []);
      for (const name of ['.idea', '.gitconfig'])
        await assert.rejects(stat(join(rig.workspace, name)), { code: 'ENOENT' }, name);
    } finally {
      process.chdir(before);
    }
  });

  it('reaches no server of this machine, over TCP, UDP or sockets of the file system', async () => {
    let reached = 0;
    const web = createHttpServer((_request, response) => {
      reached += 1;
      response.end(canary);
    }).listen(0, '127.0.0.1');
    const names = createSocket('udp4', () => {
      reached += 1;
    });
    names.bind(0, '127.0.0.1');
    const socketPath = join(rig.workspace, 'own.sock');
    const local = createServer((connection) => {
      reached += 1;
      connection.end(canary);
    }).listen(socketPath);
    const hidden = createServer((connection) => {
      reached += 1;
      connection.end(canary);
    }).listen('\0openmagus-test-socket');
    await Promise.all([web, names, local, hidden].map((server) => once(server, 'listening')));
    const port = (web.address() as AddressInfo).port;
    try {
      const attack = [
        `curl -s -m 2 --noproxy '*' http://127.0.0.1:${port}; curl -s -m 2 http://127.0.0.1:${port}`,
        `for p in "$HTTP_PROXY" "$ALL_PROXY"; do curl -s -m 2 --noproxy '' -x "$p" http://127.0.0.1:${port}; curl -s -m 2 --noproxy '' -x "$p" http://localhost:${port}; curl -s -m 2 --noproxy '' -p -x "$p" http://[::ffff:127.0.0.1]:${port}; done`,
        `curl -s -m 2 --socks5-hostname localhost:1080 http://localhost:${port}; curl -s -m 2 --socks5 localhost:1080 http://2130706433:${port}`,
        `echo x > /dev/udp/127.0.0.1/${names.address().port}; exec 3<>/dev/tcp/127.0.0.1/${port}`,
        `socat - UNIX-CONNECT:own.sock < /dev/null; socat - ABSTRACT-CONNECT:openmagus-test-socket < /dev/null`,
        'node -e "require(\\"net\\").connect(\\"own.sock\\").on(\\"error\\",()=>{})"',
      ].join('\n');
      assert.ok(!(await rig.run(attack)).output.includes(canary));
      assert.equal(reached, 0);
      // Outside the sandbox the same text reaches all of them.
      await promisify(execFile)('bash', ['-c', attack], { cwd: rig.workspace }).catch(() => undefined);
      assert.ok(reached >= 5, String(reached));
    } finally {
      for (const server of [web, local, hidden]) server.close();
      names.close();
    }
  });

  it('reaches no metadata address and no host that is not listed', async () => {
    const { output } = await rig.run(
      [
        'for host in 169.254.169.254 168.63.129.16 100.100.100.200 metadata.google.internal example.com; do',
        `  for way in "--noproxy *" ""; do curl -s -m 3 -o /dev/null -w "%{http_code} " $way "http://$host/"; done`,
        'done; getent hosts example.com || echo unresolved',
      ].join('\n'),
    );
    // Nothing answers but the proxy, which refuses.
    assert.match(output, /^((000|403) )+unresolved$/m);
  });

  it('prints a gigabyte without filling the disk', async () => {
    const { state } = await rig.run('head -c 1073741824 /dev/zero | tr "\\0" x; echo; echo end');
    assert.ok((await stat(state.output)).size < 101_000_000);
    assert.equal(state.exitCode, 0);
  });

  it('has no more processes at a time than it may', async () => {
    // Bounded, so that the machine survives if the limit does not hold.
    const { output } = await rig.run(
      `exec sh -c 'i=0; while [ $i -lt 2600 ]; do sleep 60 & i=$((i+1)); done; echo all of them'`,
    );
    assert.match(output, /Cannot fork|Resource temporarily unavailable/);
    assert.doesNotMatch(output, /all of them/);
  });

  it('is ended with everything below it within 2 s', async () => {
    const id = await rig.start(`trap "" TERM; (setsid sleep ${length}1 &); sleep ${length}2 & sleep ${length}3`);
    const running = async (): Promise<number> => {
      const commands = await Promise.all(
        (await readdir('/proc')).map((pid) => readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '')),
      );
      return commands.filter((command) => new RegExp(`^sleep\\x00${length}[123]\\x00$`).test(command)).length;
    };
    const began = Date.now();
    while ((await running()) < 3) assert.ok(Date.now() - began < 10_000);
    const cancel = new AbortController();
    const waiting = rig.commands.wait(id, 60_000, cancel.signal);
    const cancelled = Date.now();
    cancel.abort();
    await assert.rejects(waiting, { kind: 'cancelled' });
    assert.ok(Date.now() - cancelled < 2000);
    assert.equal(await running(), 0);
  });

  it('goes on in the background while others run, each behind its own walls', async () => {
    const id = await rig.start(
      'for i in 1 2 3 4 5 6 7 8 9 10; do echo tick; echo x > .git/x 2>/dev/null; sleep 0.1; done; echo over',
    );
    await rig.run('echo other');
    await rig.run('mkdir -p .vscode; echo x > .vscode/x');
    const state = await rig.commands.wait(id, 30_000, new AbortController().signal);
    assert.equal(state.exitCode, 0);
    assert.match(await rig.commands.readOutput(id), /over\n$/);
    await assert.rejects(stat(join(rig.workspace, '.git', 'x')), { code: 'ENOENT' });
    await assert.rejects(stat(join(rig.workspace, '.vscode')), { code: 'ENOENT' });
  });

  it('leaves no relay of the network behind when this program is killed', async () => {
    const program = `import { sandboxRuntime } from '${join(import.meta.dirname, '../../src/adapters/sandbox/sandbox-runtime.ts')}';
      const settings = { home: '${rig.home}', ownData: '${rig.ownData}', allowedHosts: () => [] };
      console.log(await sandboxRuntime(settings).missing());
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const relays = execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(child.pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.endsWith('socat'))
      .map((line) => Number.parseInt(line, 10));
    assert.ok(relays.length > 0);
    child.kill('SIGKILL');
    const lives = (pid: number): boolean =>
      existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    for (const deadline = Date.now() + 15_000; relays.some(lives); await new Promise(setImmediate))
      assert.ok(Date.now() < deadline, `still there: ${relays.filter(lives).join()}`);
  });

  it('is not read by a link that stands in the place of a folder', async () => {
    await symlink(join(rig.home, '.ssh'), join(rig.workspace, 'linked'));
    assert.ok(!(await rig.run('cat linked/*; cd linked && cat *')).output.includes(canary));
  });
});
