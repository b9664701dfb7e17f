import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { MagusError } from '../../core/errors/magus-error.ts';

/** Says what to do, to a model and to `doctor` alike. */
const noBrowser =
  'No Chrome, Edge or Chromium was found. Install one (Debian and Ubuntu: apt-get install chromium), or name its program in the setting openmagus.browser.path (command line: "browser": {"path": …} in security.json).';

/** The program that the user named, else the first that is where such programs usually are. Throws `configuration` NO_BROWSER. */
export function findBrowser(named: string | undefined, platform = process.platform, exists = existsSync): string {
  if (named !== undefined && named !== '') {
    if (path.isAbsolute(named) && exists(named)) return named;
    throw new MagusError(
      'configuration',
      `The browser ${named} is not there. Give the whole path of a Chrome, Edge or Chromium in openmagus.browser.path, or leave it empty.`,
      { code: 'NO_BROWSER' },
    );
  }
  const found = wellKnown(platform).find((file) => exists(file));
  if (found !== undefined) return found;
  throw new MagusError('configuration', noBrowser, { code: 'NO_BROWSER' });
}

function wellKnown(platform: NodeJS.Platform): readonly string[] {
  if (platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((name) => process.env[name] ?? []);
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return [...programs, 'Chromium\\Application\\chrome.exe'].flatMap((program) =>
      roots.map((root) => path.win32.join(root, program)),
    );
  }
  if (platform === 'darwin') {
    return ['Google Chrome', 'Microsoft Edge', 'Chromium'].flatMap((name) =>
      ['/Applications', path.join(homedir(), 'Applications')].map(
        (root) => `${root}/${name}.app/Contents/MacOS/${name}`,
      ),
    );
  }
  const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge-stable'];
  const folders = ['/usr/bin', '/usr/local/bin', '/snap/bin', '/var/lib/flatpak/exports/bin'];
  return [
    ...names.flatMap((name) => folders.map((folder) => `${folder}/${name}`)),
    '/opt/google/chrome/chrome',
    '/opt/microsoft/msedge/msedge',
  ];
}
