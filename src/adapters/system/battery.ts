import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Does this machine run on its battery? false where nobody can tell: Windows says it only to programs of its own kind. */
export async function isOnBattery(powerSupply: string): Promise<boolean> {
  if (process.platform === 'darwin') return saysMac();
  return process.platform === 'linux' && saysLinux(powerSupply);
}

export const linuxPowerSupply = '/sys/class/power_supply';

/** A battery that discharges, and no mains. A wireless mouse has a battery too, of the scope Device. */
function saysLinux(folder: string): boolean {
  try {
    const supplies = readdirSync(folder).map((name) => (entry: string) => line(join(folder, name, entry)));
    const isMains = supplies.some((supply) => supply('type') !== 'Battery' && supply('online') === '1');
    const discharges = supplies.some(
      (supply) => supply('type') === 'Battery' && supply('scope') !== 'Device' && supply('status') === 'Discharging',
    );
    return discharges && !isMains;
  } catch {
    return false;
  }
}

function line(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

async function saysMac(): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('/usr/bin/pmset', ['-g', 'batt'], { timeout: 2000 });
    return stdout.includes("'Battery Power'");
  } catch {
    return false;
  }
}
