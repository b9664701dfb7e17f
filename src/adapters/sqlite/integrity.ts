import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';

/** Up to here looking through a journal costs less than opening it. */
const smallBytes = 16 * 1024 * 1024;
const trustedForMs = 24 * 60 * 60 * 1000;

/**
 * Throws, as SQLite would, where the journal is damaged. A small one is looked through at every opening. A big one, where
 * that takes seconds on a slow disk, is trusted for a day by a note beside it: until the machine starts again, the file is
 * another one, or damage was met.
 */
export function assertWhole(database: DatabaseSync, file: string): void {
  const { size, ino } = statSync(file);
  if (size > smallBytes && isTrusted(file, ino)) return;
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw Object.assign(new Error(String(found)), { errcode: 11 });
  if (size > smallBytes) trust(file, ino);
}

/** Damage was met: the next opening looks through the whole file and sets it aside. */
export function distrust(file: string): void {
  rmSync(noteOf(file), { force: true });
}

function isTrusted(file: string, ino: number): boolean {
  try {
    const since = statSync(noteOf(file)).mtimeMs;
    const age = Date.now() - since;
    const sinceStart = Date.now() - uptime() * 1000 < since;
    return age >= 0 && age < trustedForMs && sinceStart && readFileSync(noteOf(file), 'utf8') === String(ino);
  } catch {
    return false;
  }
}

function trust(file: string, ino: number): void {
  try {
    writeFileSync(noteOf(file), String(ino), { mode: 0o600 });
  } catch {
    // A full or read-only disk: then the next opening looks again.
  }
}

function noteOf(file: string): string {
  return `${file}-checked`;
}
