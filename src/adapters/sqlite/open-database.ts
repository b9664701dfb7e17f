import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { MagusError } from '../../core/errors/magus-error.ts';
import { assertWhole, distrust } from './integrity.ts';
import { migrate, refuseNewer, schemaVersion } from './schema.ts';
import { fromSqlite, isBusy, isDamage } from './sqlite-error.ts';

/** Opens or creates the journal's file. A damaged one is set aside, never deleted, and a warning says where it is. */
export function openDatabase(file: string): { readonly database: DatabaseSync; readonly warnings: readonly string[] } {
  try {
    prepareFile(file);
    const inode = statSync(file).ino;
    try {
      return { database: openWhole(file), warnings: [] };
    } catch (error) {
      if (!isDamage(error)) throw error;
      const warning = setAside(file, inode);
      prepareFile(file);
      return { database: openWhole(file), warnings: [warning] };
    }
  } catch (error) {
    if (isFileSystemError(error)) {
      throw new MagusError(
        'configuration',
        `${file} cannot be opened (${error.message}). Give yourself access to it and its folder, or set OPENMAGUS_HOME to another folder.`,
        { code: 'NOT_WRITABLE', cause: error },
      );
    }
    throw fromSqlite(error, file);
  }
}

const busyTimeoutMs = 5000;
const walBytes = 4 * 1024 * 1024;

/** The journal holds goals and output of commands: only its owner may read it. */
function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file)) refuseNewer(versionInHeader(file), file);
  else closeSync(openSync(file, 'a', 0o600));
}

/** Read without SQLite, which may change a file by merely opening it. */
function versionInHeader(file: string): number {
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    const length = readSync(descriptor, header, 0, header.length, 0);
    const whole = length === header.length && header.toString('latin1', 0, 15) === 'SQLite format 3';
    return whole ? header.readInt32BE(60) : 0;
  } finally {
    closeSync(descriptor);
  }
}

function openWhole(file: string): DatabaseSync {
  // Loaded here, not imported: the caller must have silenced the ExperimentalWarning first.
  const sqlite = process.getBuiltinModule('node:sqlite');
  const database = new sqlite.DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    refuseNewer(schemaVersion(database), file);
    assertWhole(database, file);
    patiently(() => database.exec('PRAGMA journal_mode = WAL'));
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON');
    // Otherwise the write-ahead log keeps the size, and old text, of its largest moment.
    database.exec(`PRAGMA journal_size_limit = ${walBytes}`);
    migrate(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Turning to WAL does not wait for the busy timeout when two processes try it at once. */
function patiently(work: () => void): void {
  const deadline = Date.now() + busyTimeoutMs;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() >= deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function setAside(file: string, inode: number): string {
  const aside = `${file}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  // Another process that met the same damage may have put a new file here already.
  if (existsSync(file) && statSync(file).ino === inode) {
    // The file itself last: a write-ahead log left behind would be played into its successor.
    for (const suffix of ['-wal', '-shm', '']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
    }
    distrust(file);
  }
  return `The journal ${file} was damaged. It was kept as ${aside}; OpenMagus goes on with a new, empty one.`;
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
