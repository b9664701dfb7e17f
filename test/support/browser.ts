import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { cacheFolder } from './install-code-server.ts';

const calm = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const wellKnown = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * A headless Chromium: the one `CHROMIUM` names, else one of this machine, else the one the npm registry brings
 * (Linux on x64 only). `CHROMIUM=registry` takes the last one in any case.
 */
export async function launchBrowser(): Promise<Browser> {
  const own = ownProgram();
  if (own !== undefined) return chromium.launch({ executablePath: own, args: calm });
  return launchCarriedBrowser();
}

/** The program alone, for what starts a browser by itself. */
export async function browserProgram(): Promise<string> {
  const own = ownProgram();
  if (own !== undefined) return own;
  const { executablePath, env } = await carriedBrowser();
  const script = path.join(cacheFolder(), 'chromium', 'start');
  const variables = ['LD_LIBRARY_PATH', 'FONTCONFIG_FILE'].map((name) => `${name}='${env[name] ?? ''}'`).join(' ');
  const text = `#!/bin/sh\nexec env ${variables} '${executablePath}' --no-zygote --disable-gpu "$@"\n`;
  if ((await readFile(script, 'utf8').catch(() => '')) !== text) {
    // Another run may be starting the same one.
    await writeFile(`${script}.${process.pid}`, text, { mode: 0o755 });
    await rename(`${script}.${process.pid}`, script);
  }
  return script;
}

function ownProgram(): string | undefined {
  const named = process.env['CHROMIUM'];
  return named === 'registry' ? undefined : (named ?? wellKnown.find((file) => existsSync(file)));
}

async function launchCarriedBrowser(): Promise<Browser> {
  const { executablePath, env } = await carriedBrowser();
  return chromium.launch({ executablePath, args: [...calm, '--no-zygote'], env });
}

/**
 * The package is made for a bare Amazon Linux and brings the few libraries that such a machine lacks; they are asked for
 * here because a container without a browser lacks them as well. What it unpacks goes into the cache, not into /tmp, and
 * so the fonts it brings are where our own list of fonts says. Without any font this Chromium crashes.
 */
async function carriedBrowser(): Promise<{ readonly executablePath: string; readonly env: Record<string, string> }> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('No Chromium was found on this machine. Name one by the environment variable CHROMIUM.');
  const folder = path.join(cacheFolder(), 'chromium');
  await mkdir(folder, { recursive: true });
  const fonts = path.join(folder, 'fonts.conf');
  await writeFile(fonts, fontList(folder));
  const own = { ...process.env };
  Object.assign(process.env, { TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' });
  try {
    const { default: carried } = await import('@sparticuz/chromium');
    const executablePath = await carried.executablePath();
    return {
      executablePath,
      env: { ...own, LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] ?? '', FONTCONFIG_FILE: fonts },
    };
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in own)) delete process.env[name];
    Object.assign(process.env, own);
  }
}

function fontList(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path.join(folder, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${path.join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`;
}
