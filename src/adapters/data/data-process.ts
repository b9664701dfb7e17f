import { mkdirSync } from 'node:fs';
import { toMagusError } from '../../core/errors/magus-error.ts';
import { silenceExperimentalWarning } from '../../core/thread-questions.ts';
import type { DataOutput, DataReply, DataRequest } from './data-protocol.ts';
import { inspectSource } from './inspect/inspect-source.ts';
import { keptRows } from './kept-rows.ts';
import { renderRows } from './render-rows.ts';
import { runQuery } from './run-query.ts';
import { startWatchdog } from './watchdog.ts';

/** Entry of the process that reads data: it answers one request and ends. */
function serve(): void {
  silenceExperimentalWarning(process);
  process.once('disconnect', () => process.exit());
  process.once('message', (request: DataRequest) => {
    startWatchdog(request.place.timeoutMs, request.place.asker);
    answer(request).then(
      (output) => post({ type: 'done', output }),
      (caught: unknown) => {
        const { kind, message, code } = toMagusError(caught);
        post({ type: 'failed', error: { kind, message, code } });
      },
    );
  });
}

async function answer(request: DataRequest): Promise<DataOutput> {
  const { scratch, packages } = request.place;
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const place = { scratch, packages, onRead: progressTeller() };
  switch (request.work) {
    case 'inspect':
      return inspectSource(request.source, place);
    case 'query': {
      const { limit } = request.query;
      const { run, sink } = await runQuery(request.query, place, (columns) => keptRows(limit, columns, request.keepAt));
      sink.end();
      const { first, total, cut, kept } = sink;
      return { ...run, rows: first, total, cut, kept };
    }
    case 'render': {
      const { run, sink } = await runQuery(request.query, place, (columns) =>
        renderRows(request.format, request.to, columns),
      );
      sink.end();
      return { rows: sink.rows, notes: run.notes };
    }
    default:
      return request satisfies never;
  }
}

/** Says twice a second how far a file was read. */
function progressTeller(): (bytes: number, size: number) => void {
  let last = Date.now();
  return (bytes, size) => {
    if (Date.now() - last < 500) return;
    last = Date.now();
    post({ type: 'progress', text: `read ${megabytes(bytes)} of ${megabytes(size)} MB\n` });
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0);
}

function post(reply: DataReply): void {
  process.send?.(reply, undefined, undefined, () => {
    if (reply.type !== 'progress' && process.connected) process.disconnect();
  });
}

serve();
