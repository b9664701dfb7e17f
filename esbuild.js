import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const production = process.argv.includes('--production');

/** Heavy adapters are files of their own, required when first used: splitting is not to be had with CommonJS. */
const lazyAdapters = {
  name: 'lazy-adapters',
  setup(build) {
    build.onResolve(
      {
        filter:
          /\/(open-transport|compose|redis-memory|chroma-memory|neo4j-memory|sandbox-runtime|mcp-servers|open-apis)\.ts$/,
      },
      (found) =>
        found.kind === 'dynamic-import'
          ? { path: `./${found.path.split('/').pop().replace('.ts', '.js')}`, external: true }
          : undefined,
    );
  },
};

/** `import * as vscode` would copy the whole API anew for every file, 5 ms of the activation; a file takes it as it is. */
const vscodeUncopied = {
  name: 'vscode-uncopied',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/](extension|host[\\/].*)\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        "import * as vscode from 'vscode';",
        "const vscode = require('vscode');",
      ),
      loader: 'ts',
    }));
  },
};

const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  outdir: 'dist',
  external: ['vscode'],
  // Its CommonJS form loads its parts in a way that no bundler can follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  minify: production,
  sourcemap: !production,
  legalComments: 'none',
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': '""' },
  plugins: [lazyAdapters, vscodeUncopied],
};
const entries = {
  extension: 'src/extension.ts',
  cli: 'src/cli.ts',
  compose: 'src/compose.ts',
  'open-transport': 'src/adapters/models/open-transport.ts',
  'redis-memory': 'src/adapters/redis/redis-memory.ts',
  'chroma-memory': 'src/adapters/chroma/chroma-memory.ts',
  'neo4j-memory': 'src/adapters/neo4j/neo4j-memory.ts',
  'open-apis': 'src/adapters/openapi/open-apis.ts',
  'mcp-servers': 'src/adapters/mcp-client/mcp-servers.ts',
  'sqlite-worker': 'src/adapters/sqlite/worker.ts',
  'index-worker': 'src/index-worker.ts',
  'data-process': 'src/adapters/data/data-process.ts',
  'document-worker': 'src/adapters/openapi/document-worker.ts',
};
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
await esbuild.build({ ...node, entryPoints: present });
// The driver of browsers looks for these two in the folder above its own file.
await esbuild.build({
  ...node,
  outdir: 'dist/browser',
  entryPoints: { 'browser-process': 'src/adapters/browser/browser-process.ts' },
  external: ['electron', 'chromium-bidi/*'],
});
copyFileSync('node_modules/playwright-core/browsers.json', 'dist/browsers.json');
// This package looks for its programs beside its own file.
await esbuild.build({
  ...node,
  entryPoints: { 'sandbox-runtime': 'src/adapters/sandbox/sandbox-runtime.ts' },
  define: { 'import.meta.url': 'ownUrl' },
  banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href;" },
});
// The view's first load is `chat.js` alone; Markdown and colours are fetched when there is something to show.
await esbuild.build({
  bundle: true,
  splitting: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  entryPoints: {
    'webview/chat': 'src/webview/chat.tsx',
    'webview/panel': 'src/webview/panel/panel.tsx',
    'webview/highlight': 'src/webview/highlight.ts',
    'webview/draw-chart': 'src/webview/draw-chart.ts',
    'webview/markdown-tokens': 'src/webview/markdown-tokens.ts',
  },
  chunkNames: 'webview/shared-[hash]',
  outdir: 'dist',
  legalComments: 'none',
});
// What forbids sockets of the file system inside the sandbox, a program for each kind of processor, and what tells Java of the
// proxy there. A file that is missing would be looked for by running npm.
const brought = [
  ...['x64', 'arm64'].map((processor) => `seccomp/${processor}/apply-seccomp`),
  'java-proxy-agent/srt-proxy-agent.jar',
];
for (const file of brought.map((name) => `vendor/${name}`)) {
  mkdirSync(`dist/${file.slice(0, file.lastIndexOf('/'))}`, { recursive: true });
  copyFileSync(`node_modules/@anthropic-ai/sandbox-runtime/${file}`, `dist/${file}`);
  chmodSync(`dist/${file}`, 0o755);
}
writeFileSync('dist/package.json', '{"type":"commonjs"}\n');
chmodSync('dist/cli.js', 0o755);
