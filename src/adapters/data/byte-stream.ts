import { createReadStream, realpathSync, type Stats, statSync } from 'node:fs';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';
import { detectEncoding, type TextEncoding, textReader } from './text-encoding.ts';

export type Compression = 'gzip' | 'zstd' | 'brotli';

/** A file to read: its facts when it was first looked at. */
export interface OpenFile {
  readonly path: string;
  readonly shown: string;
  readonly size: number;
  readonly compression: Compression | undefined;
  /** Hears how many bytes of the file were read. */
  readonly onRead: (bytes: number, size: number) => void;
  readonly stamp: string;
}

const pieceBytes = 256 * 1024;
/** What formats, dialects and types are guessed from, at most. */
export const headBytes = 1024 * 1024;

/** Throws `tool-failed` NOT_FOUND or UNREADABLE, `permission-denied` where the path leads elsewhere by now. */
export function openFile(path: string, shown: string, onRead: OpenFile['onRead'], head: Buffer): OpenFile {
  const facts = factsOf(path, shown);
  return { path, shown, size: facts.size, compression: compressionOf(path, head), onRead, stamp: stampOf(facts) };
}

export function factsOf(path: string, shown: string): Stats {
  try {
    if (realpathSync(path) !== path) {
      throw new MagusError('permission-denied', `${shown} now leads elsewhere. Make the call again.`, {
        code: 'STALE',
      });
    }
    const facts = statSync(path);
    if (facts.isFile()) return facts;
  } catch (error) {
    if (error instanceof MagusError) throw error;
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new MagusError(
      'tool-failed',
      missing
        ? `There is no ${shown}. Look for it with list_files.`
        : `${shown} cannot be read (${String(error)}). Check its permissions.`,
      { code: missing ? 'NOT_FOUND' : 'UNREADABLE', cause: error },
    );
  }
  throw new MagusError('tool-failed', `${shown} is a folder or a device. Name the files in it, one source each.`, {
    code: 'UNREADABLE',
  });
}

function compressionOf(path: string, head: Buffer): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length > 3 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  return /\.br$/i.test(path) ? 'brotli' : undefined;
}

/** The bytes of a file, decompressed, in pieces. Throws `tool-failed` CHANGED where it is not what it was when opened. */
export async function* bytesOf(file: OpenFile): AsyncGenerator<Buffer> {
  let read = 0;
  const stream = createReadStream(file.path, { highWaterMark: pieceBytes });
  stream.on('data', (piece) => {
    read += piece.length;
    file.onRead(read, file.size);
  });
  stream.pause();
  const plain = file.compression === undefined ? stream : stream.pipe(decompressor(file.compression, file.shown));
  if (plain !== stream) stream.on('error', (error) => plain.destroy(error));
  try {
    for await (const piece of plain) yield piece as Buffer;
  } catch (error) {
    throw failureOf(file, error);
  } finally {
    stream.destroy();
  }
  assertUnchanged(file);
}

/** A text file, decoded. */
export async function* textOf(file: OpenFile, encoding: TextEncoding): AsyncGenerator<string> {
  const reader = textReader(encoding.name);
  let mark = encoding.mark;
  for await (const piece of bytesOf(file)) {
    const bytes = mark > 0 ? piece.subarray(mark) : piece;
    mark = 0;
    yield reader.read(bytes);
  }
  const last = reader.end();
  if (last !== '') yield last;
}

/** The first bytes, decompressed. */
export async function headOf(file: OpenFile): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of bytesOf({ ...file, onRead: () => undefined })) {
    pieces.push(piece);
    length += piece.length;
    if (length >= headBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, headBytes);
}

/** Throws `tool-failed` BINARY. */
export function encodingOf(head: Buffer, named: string | undefined, shown: string): TextEncoding {
  const found = detectEncoding(head);
  if (named !== undefined) {
    const same = found !== undefined && found.name.replace('-', '') === named.toLowerCase().replaceAll('-', '');
    return { name: named, mark: same ? found.mark : 0 };
  }
  if (found !== undefined) return found;
  throw new MagusError(
    'tool-failed',
    `${shown} is binary and of no format that is known here: CSV, TSV, JSON, JSONL, SQLite, Parquet, also as .gz, .zst or .br. Convert it with a command first.`,
    { code: 'BINARY' },
  );
}

export function assertUnchanged({ path, shown, stamp }: OpenFile): void {
  if (stampOf(factsOf(path, shown)) === stamp) return;
  throw new MagusError(
    'tool-failed',
    `${shown} changed while it was read, so a result would mix old and new. Run it again when nothing writes to the file.`,
    { code: 'CHANGED', retryable: true },
  );
}

function stampOf({ dev, ino, size, mtimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs].join(':');
}

function decompressor(compression: Compression, shown: string): Transform {
  switch (compression) {
    case 'gzip':
      return zlib.createGunzip({ chunkSize: 256 * 1024 });
    case 'brotli':
      return zlib.createBrotliDecompress({ chunkSize: 256 * 1024 });
    case 'zstd': {
      const { createZstdDecompress } = zlib as { createZstdDecompress?: typeof zlib.createZstdDecompress };
      if (createZstdDecompress) return createZstdDecompress({ chunkSize: 256 * 1024 });
      throw new MagusError(
        'tool-failed',
        `${shown} is compressed with zstd, which this Node cannot read. Unpack it with a command, or use a newer VS Code.`,
        { code: 'NO_READER' },
      );
    }
    default:
      return compression satisfies never;
  }
}

function failureOf(file: OpenFile, error: unknown): unknown {
  if (file.compression === undefined || error instanceof MagusError) return error;
  const said = messageOf(error);
  return new MagusError(
    'tool-failed',
    `${file.shown} cannot be unpacked as ${file.compression} (${said}). It is damaged or cut short; get it again.`,
    { code: 'DAMAGED', cause: error },
  );
}
