import { join } from 'node:path';
import { installOnce, run } from './install.ts';
import { startServer, type TestServer } from './test-server.ts';

/** The last version whose server needs no newer C library than Debian 12 has. */
const version = '1.0.5';

/** Chroma's own server, as its npm bindings carry it. It knows neither TLS nor passwords: `startFront` adds them. */
export async function startChroma(): Promise<TestServer & { readonly url: string }> {
  const suffix = { linux: '-gnu', win32: '-msvc' }[process.platform as string] ?? '';
  const name = `chromadb-js-bindings-${process.platform}-${process.arch}${suffix}`;
  const folder = await installOnce(`chroma-${version}`, async (fresh) => {
    await run('npm', ['install', '--prefix', fresh, '--no-audit', '--no-fund', `${name}@${version}`]);
  });
  const bindings = join(folder, 'node_modules', name);
  const server = await startServer({
    name: 'chroma',
    command: async ({ port, folder: data }) => ({
      file: process.execPath,
      args: [
        '-e',
        `require(${JSON.stringify(bindings)}).cli(['chroma', ...process.argv.slice(1)])`,
        ...['run', '--host', '127.0.0.1', '--port', String(port), '--path', join(data, 'data')],
      ],
    }),
    ready: async (port) => (await fetch(`http://127.0.0.1:${port}/api/v2/heartbeat`)).ok,
    readyMs: 20_000,
  });
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}
