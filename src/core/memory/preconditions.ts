import type { FileSystem } from '../ports.ts';

/** What a project has that a way of working in it depends on: languages, package managers, test runners; sorted. */
export async function preconditionsOf(
  files: Pick<FileSystem, 'facts' | 'read'>,
  roots: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const root of roots) {
    for (const [name, ...words] of signs)
      if ((await files.facts(`${root}/${name}`)).kind === 'file') for (const word of words) found.add(word);
    const manifest = await files.read(`${root}/package.json`, 1_000_000).catch(() => undefined);
    if (manifest) for (const word of testRunners(new TextDecoder().decode(manifest))) found.add(word);
  }
  return [...found].sort();
}

const signs: readonly (readonly [string, ...string[]])[] = [
  ['package.json', 'language javascript'],
  ['tsconfig.json', 'language typescript'],
  ['package-lock.json', 'packages npm'],
  ['pnpm-lock.yaml', 'packages pnpm'],
  ['yarn.lock', 'packages yarn'],
  ['bun.lock', 'packages bun'],
  ['pyproject.toml', 'language python'],
  ['requirements.txt', 'language python', 'packages pip'],
  ['poetry.lock', 'packages poetry'],
  ['uv.lock', 'packages uv'],
  ['pytest.ini', 'tests pytest'],
  ['Cargo.toml', 'language rust', 'packages cargo'],
  ['go.mod', 'language go'],
  ['pom.xml', 'language java', 'packages maven'],
  ['build.gradle', 'language java', 'packages gradle'],
  ['build.gradle.kts', 'language kotlin', 'packages gradle'],
  ['Gemfile', 'language ruby', 'packages bundler'],
  ['composer.json', 'language php', 'packages composer'],
  ['CMakeLists.txt', 'language c++', 'packages cmake'],
  ['Makefile', 'packages make'],
];

function testRunners(manifest: string): readonly string[] {
  const script = /"test"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(manifest)?.[1] ?? '';
  return ['vitest', 'jest', 'mocha', 'ava', 'playwright', 'node --test']
    .filter((runner) => script.includes(runner))
    .map((runner) => `tests ${runner}`);
}
