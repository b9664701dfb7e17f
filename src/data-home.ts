import { homedir } from 'node:os';
import path from 'node:path';

/** Folder of everything OpenMagus keeps for a user: `OPENMAGUS_HOME`, else the platform's data directory. */
export function dataHome(): string {
  const named = process.env['OPENMAGUS_HOME'];
  if (named) return path.resolve(named);
  if (process.platform === 'win32')
    return path.join(process.env['LOCALAPPDATA'] ?? path.join(homedir(), 'AppData', 'Local'), 'OpenMagus');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'OpenMagus');
  return path.join(process.env['XDG_DATA_HOME'] ?? path.join(homedir(), '.local', 'share'), 'openmagus');
}
