import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cacheFolder, npm } from '../support/install-code-server.ts';

export const peers = {
  pi: { name: '@mariozechner/pi-coding-agent', version: '0.73.1' },
  codex: { name: '@openai/codex', version: '0.169.0' },
} as const;

/** Clients of model servers, beside which ours is measured. */
const clients = {
  openai: { name: 'openai', version: '7.57.0' },
  ai: { name: 'ai', version: '7.0.173' },
  '@ai-sdk/openai-compatible': { name: '@ai-sdk/openai-compatible', version: '3.0.92' },
  '@langchain/openai': { name: '@langchain/openai', version: '1.6.0', beside: ['@langchain/core@1.4.0'] },
} as const;

/** A client's package as it is, loaded from the cache. */
export async function clientPackages<Package>(name: keyof typeof clients): Promise<Package> {
  const folder = await bring(clients[name]);
  return (await import(createRequire(path.join(folder, 'package.json')).resolve(name))) as Package;
}

/** Readers of data files, beside which ours is measured. */
const dataPackages = {
  papaparse: { name: 'papaparse', version: '5.7.1' },
  '@duckdb/node-api': { name: '@duckdb/node-api', version: '1.5.6-r.1' },
} as const;

/** Folder of a package that reads data. */
export function dataPackage(name: keyof typeof dataPackages): Promise<string> {
  return bring(dataPackages[name]);
}

/** Drives a browser for models over MCP. */
const browserServer = { name: '@playwright/mcp', version: '0.0.83' };

export function browserServerFolder(): Promise<string> {
  return bring(browserServer);
}

/** Counts tokens as OpenAI's newer models do; not a peer, but brought the same way. */
const tokenizer = { name: 'js-tiktoken', version: '1.0.21' };

/** The script of pi's command line. */
export async function piScript(): Promise<string> {
  const folder = await bring(peers.pi);
  const { bin } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as { bin: { pi: string } };
  return path.join(folder, bin.pi);
}

/** The native program behind codex's command line; the script in front of it only looks for it. */
export async function codexProgram(): Promise<string> {
  const folder = await bring(peers.codex);
  const vendor = path.join(path.dirname(folder), `codex-${process.platform}-${process.arch}`, 'vendor');
  const triples: Readonly<Record<string, string>> = {
    'linux-x64': 'x86_64-unknown-linux-musl',
    'linux-arm64': 'aarch64-unknown-linux-musl',
    'darwin-x64': 'x86_64-apple-darwin',
    'darwin-arm64': 'aarch64-apple-darwin',
  };
  return path.join(vendor, triples[`${process.platform}-${process.arch}`] ?? 'none', 'bin', 'codex');
}

/** Counts the tokens of a text by the encoding o200k_base. */
export async function tokenCounter(): Promise<(text: string) => number> {
  const folder = await bring(tokenizer);
  const { getEncoding } = (await import(path.join(folder, 'dist', 'index.js'))) as {
    getEncoding(name: string): { encode(text: string): readonly number[] };
  };
  const encoding = getEncoding('o200k_base');
  return (text) => encoding.encode(text).length;
}

/** Folder of a package, brought from the npm registry into the cache when first needed. */
async function bring({
  name,
  version,
  beside = [],
}: {
  readonly name: string;
  readonly version: string;
  readonly beside?: readonly string[];
}): Promise<string> {
  const folder = path.join(cacheFolder(), `peer-${path.basename(name)}-${version}`);
  const installed = path.join(folder, 'node_modules', name);
  if (existsSync(path.join(folder, 'whole'))) return installed;
  console.error(`Bringing ${name} ${version} from the npm registry into ${folder} …`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{"private":true}\n');
  await npm(folder, ['install', `${name}@${version}`, ...beside]);
  await writeFile(path.join(folder, 'whole'), '');
  return installed;
}
