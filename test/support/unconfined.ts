import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Switches the sandbox off for whoever uses this data folder: for tests that look at the processes of a command themselves. */
export function unconfined(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(home, 'security.json'), JSON.stringify({ sandbox: 'off' }));
}
