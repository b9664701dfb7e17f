import assert from 'node:assert/strict';
import { fileRules, sessionRules } from '../../../../src/adapters/sandbox/runtime-settings.ts';
import { sandboxRuntime } from '../../../../src/adapters/sandbox/sandbox-runtime.ts';

const hosts = ['registry.npmjs.org', '*.example.com', 'example.com:8443', '10.0.0.1', 'localhost', '*', 'a b'];
const settings = { platform: 'linux', home: '/home/me', ownData: '/home/me/.data', allowedHosts: () => hosts };
const places = {
  roots: ['/work/[a]'],
  temporary: '/tmp/t',
  protectedPaths: ['/work/[a]/.git'],
  secretFiles: ['/work/[a]/.env'],
};

describe('the rules of the sandbox', () => {
  it('name paths, never patterns', () => {
    const rules = fileRules(settings, places);
    const literal = (path: string) => ({ path, literal: true });
    assert.deepEqual(rules.allowWrite, ['/work/[a]', '/tmp/t'].map(literal));
    assert.deepEqual(rules.denyWrite, ['/work/[a]/.git', '/work/[a]/.env'].map(literal));
    for (const path of ['/home/me/.ssh', '/home/me/.data', '/work/[a]/.env', '/etc/shadow'])
      assert.ok(
        rules.denyRead.some((entry) => typeof entry === 'object' && entry.path === path),
        path,
      );
  });

  it('let out to names of the list alone, and to none that leads back inside', () => {
    const { network } = sessionRules(settings, places);
    assert.deepEqual(network.allowedDomains, ['registry.npmjs.org', '*.example.com', 'example.com:8443']);
    assert.equal(network.strictAllowlist, true);
    assert.ok(network.deniedResolvedAddresses?.includes('10.0.0.0/8'));
  });

  it('become a Seatbelt profile on macOS', async () => {
    const words = await onPlatform('darwin', async () => {
      const sandbox = sandboxRuntime({ home: '/Users/me', ownData: '/Users/me/data', allowedHosts: () => [] });
      try {
        const confined = await sandbox.confine({ script: 'make', shell: '/bin/bash', cwd: '/tmp', roots: [] });
        await confined.ended();
        return [confined.file, ...confined.args];
      } finally {
        await sandbox.close();
      }
    });
    const text = words.join(' ');
    assert.match(text, /sandbox-exec/);
    assert.match(text, /\(deny default/);
    assert.match(text, /\(deny file-read\*[\s\S]*\/Users\/me\/\.ssh/);
    assert.match(text, /\/Users\/me\/Library\/Keychains/);
    assert.match(text, /exec 2>&1; exec /);
  });

  it('say on Windows what is missing there', async () => {
    const missing = await onPlatform('win32', () => sandboxRuntime({ ...settings, home: 'C:/Users/me' }).missing());
    assert.match(missing ?? '', /srt-win install/);
  });
});

/** What the package would start there; nothing is started. */
async function onPlatform<Result>(platform: NodeJS.Platform, work: () => Promise<Result>): Promise<Result> {
  const own = Object.getOwnPropertyDescriptor(process, 'platform');
  Object.defineProperty(process, 'platform', { value: platform, configurable: true });
  try {
    return await work();
  } finally {
    if (own) Object.defineProperty(process, 'platform', own);
  }
}
