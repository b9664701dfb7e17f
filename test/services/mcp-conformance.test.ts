import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { installOnce, needProgram, run } from './install.ts';

const version = '0.1.16';
const client = path.resolve(import.meta.dirname, 'mcp-conformance-client.ts');

describe('the conformance suite of the Model Context Protocol', function () {
  this.timeout(600_000);

  it('passes for all core scenarios of a client and all of signing in', async () => {
    await needProgram('ip', 'iproute2');
    const folder = await installOnce(`mcp-conformance-${version}`, async (fresh) => {
      await run('npm', [
        'install',
        '--prefix',
        fresh,
        '--ignore-scripts',
        `@modelcontextprotocol/conformance@${version}`,
      ]);
    });
    const program = path.join(folder, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
    const listed = await isolated([process.execPath, program, 'list', '--client']);
    const scenarios = [...listed.output.matchAll(/^\s+- (\S+)/gm)].map(([, name = '']) => name);
    assert.ok(scenarios.length >= 26, listed.output);
    const failed: string[] = [];
    for (const scenario of scenarios) {
      const command = `${process.execPath} ${client}`;
      const words = [program, 'client', '--scenario', scenario, '--command', command];
      const { code, output } = await isolated([process.execPath, ...words]);
      if (code !== 0) failed.push(scenario);
      if (code !== 0) console.log(output.slice(-4000));
    }
    console.log(`      ${scenarios.length - failed.length} of ${scenarios.length} scenarios pass`);
    assert.deepEqual(failed, []);
  });
});

/** The suite's servers listen on every interface, so they get a network of their own. */
function isolated(words: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const script = 'ip link set lo up; exec "$@"';
  return new Promise((resolve) => {
    const done = (error: Error | null, stdout: string, stderr: string): void =>
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr });
    execFile(
      'unshare',
      ['-r', '-n', 'sh', '-c', script, 'sh', ...words],
      { timeout: 90_000, maxBuffer: 50_000_000 },
      done,
    );
  });
}
