import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { StdioProcess } from '../../../src/adapters/mcp-client/stdio-process.ts';

describe('a server that hangs up before it says why', () => {
  it('has said why when sending to it fails', async () => {
    const script = `require('node:fs').closeSync(0);
      setTimeout(() => { process.stderr.write('No licence.'); process.exitCode = 3; }, 200);`;
    const server = new StdioProcess({ command: process.execPath, args: ['-e', script], env: {}, cwd: tmpdir() });
    await server.start();
    const ping = { jsonrpc: '2.0', method: 'ping', id: 1 } as const;
    for (const until = Date.now() + 10_000; Date.now() < until; ) {
      const failed = await server.send(ping).then(
        () => false,
        () => true,
      );
      if (failed) break;
    }
    await server.close();
    assert.deepEqual([server.fault, server.lastWords], ['It ended with exit code 3.', 'No licence.']);
  });
});
