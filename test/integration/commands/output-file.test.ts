import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { outputFile } from '../../../src/adapters/process/output-file.ts';

describe('the output of a command', () => {
  it('goes on, and the command with it, when the disk is full', async function () {
    if (process.platform !== 'linux') this.skip();
    const size = 3_000_000;
    const child = spawn(process.execPath, ['-e', `process.stdout.write('x'.repeat(${size}))`]);
    try {
      let told = 0;
      const output = outputFile('/dev/full', (text) => {
        told += text.length;
      });
      output.read(child.stdout);
      output.read(child.stderr);
      assert.deepEqual(await once(child, 'close'), [0, null]);
      await output.close();
      assert.equal(told, size);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
