import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import * as esbuild from 'esbuild';

const production = process.argv.includes('--production');

/** Heavy adapters are files of their own, required when first used: splitting is not to be had with CommonJS. */
const lazyAdapters = {
  name: 'lazy-adapters',
  setup(build) {
    build.onResolve({ filter: /\/(openai-chat-model|compose)\.ts$/ }, (found) =>
      found.kind === 'dynamic-import'
        ? { path: `./${found.path.split('/').pop().replace('.ts', '.js')}`, external: true }
        : undefined,
    );
  },
};

const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  outdir: 'dist',
  external: ['vscode'],
  minify: production,
  sourcemap: !production,
  legalComments: 'none',
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': '""' },
  plugins: [lazyAdapters],
};
const entries = {
  extension: 'src/extension.ts',
  cli: 'src/cli.ts',
  compose: 'src/compose.ts',
  'openai-chat-model': 'src/adapters/openai/openai-chat-model.ts',
  'sqlite-worker': 'src/adapters/sqlite/worker.ts',
};
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
await esbuild.build({ ...node, entryPoints: present });
if (existsSync('src/webview/chat.tsx')) {
  await esbuild.build({
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    entryPoints: { 'webview/chat': 'src/webview/chat.tsx' },
    outdir: 'dist',
    legalComments: 'none',
  });
}
const { writeFileSync } = await import('node:fs');
writeFileSync('dist/package.json', '{"type":"commonjs"}\n');
chmodSync('dist/cli.js', 0o755);
