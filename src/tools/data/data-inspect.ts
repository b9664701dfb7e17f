import * as z from 'zod/mini';
import type { ColumnFacts, TableFacts } from '../../core/data-port.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { dataCall } from './data-call.ts';
import { resolveSources, shownSources, sourceInput } from './data-source.ts';
import { cellText, counted, rowsText } from './result-text.ts';

const input = z.object({ source: sourceInput });
const mostCharacters = 48_000;

/** What a file of data holds, before anything is asked of it. */
export const dataInspect: Tool<z.infer<typeof input>> = {
  name: 'data_inspect',
  family: 'data',
  reads: true,
  description:
    'Tells what a data file holds: format and dialect, and for each column type, nulls, distinct values, range, with sample rows. source: a path, or {path, name, header, delimiter, quote, encoding} where guessing goes wrong. CSV, TSV, JSON, JSONL, SQLite, also .gz .zst .br; Parquet if DuckDB is installed.',
  input,
  describe: ({ source }) => `Inspect ${shownSources([source])}`,
  async effects(ports, scope, { source }) {
    return (await resolveSources(ports, scope, [source])).map(({ effect }) => effect);
  },
  async run(ports, scope, { source }, authorized, signal) {
    const [resolved] = await resolveSources(ports, scope, [source]);
    if (resolved === undefined) return { ok: true, content: '' };
    const call = dataCall(ports, scope, authorized);
    const { format, tables, notes } = await ports.data.inspect(call, resolved.source, signal);
    const content = [`${resolved.source.shown}: ${format}`, ...tables.map(tableText), ...notes].join('\n');
    const rest = content.length - mostCharacters;
    const cut = `\n… ${rest} more characters; query sqlite_master or a table's columns with data_query`;
    return { ok: true, content: rest > 0 ? content.slice(0, mostCharacters) + cut : content };
  },
};

function tableText({ name, rows, whole, columns, sample }: TableFacts): string {
  const seen = whole ? counted(rows, 'row') : `more than ${counted(rows, 'row')}; these facts are of the first`;
  return [
    `\ntable ${name}: ${seen}, ${counted(columns.length, 'column')}`,
    ...columns.map((column) => `  ${columnText(column)}`),
    'sample:',
    rowsText(
      columns.map((column) => column.name),
      sample,
    ).text,
  ].join('\n');
}

function columnText({ name, type, nulls, distinct, min, max }: ColumnFacts): string {
  if (type === 'empty') return `${cellText(name)}: no values`;
  const about = distinct > 1000 ? `about ${distinct.toLocaleString('en-US')}` : String(distinct);
  return `${cellText(name)}: ${type}, ${nulls === 0 ? 'no nulls' : counted(nulls, 'null')}, ${about} distinct, from ${cellText(min)} to ${cellText(max)}`;
}
