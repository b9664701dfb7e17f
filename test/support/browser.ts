import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
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
  const named = process.env['CHROMIUM'];
  const own = named === 'registry' ? undefined : (named ?? wellKnown.find((file) => existsSync(file)));
  if (own !== undefined) return chromium.launch({ executablePath: own, args: calm });
  return launchCarriedBrowser();
}

/**
 * The package is made for a bare Amazon Linux and brings the few libraries that such a machine lacks; they are asked for
 * here because a container without a browser lacks them as well. What it unpacks goes into the cache, not into /tmp, and
 * so the fonts it brings are where our own list of fonts says. Without any font this Chromium crashes.
 */
async function launchCarriedBrowser(): Promise<Browser> {
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
    const env = { ...own, LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] ?? '', FONTCONFIG_FILE: fonts };
    return await chromium.launch({ executablePath, args: [...calm, '--no-zygote'], env });
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
