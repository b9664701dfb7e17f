import * as z from 'zod/mini';
import type { QueryAnswer } from '../../core/data-port.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { dataCall } from './data-call.ts';
import { resolveSources, shownSources, sourcesInput } from './data-source.ts';
import { chartOf } from './result-chart.ts';
import { counted, rowsText } from './result-text.ts';

const defaultRows = 50;
export const defaultTimeoutS = 120;

export const sqlInput = z.string().check(z.minLength(1), z.maxLength(100_000));
export const timeoutInput = z.optional(z.number().check(z.minimum(1), z.maximum(600)));
export const engineInput = z.optional(z.literal('duckdb'));
const input = z.object({
  sources: sourcesInput,
  sql: sqlInput,
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
  timeout_s: timeoutInput,
  engine: engineInput,
});

/** SQL over files, which it never changes. */
export const dataQuery: Tool<z.infer<typeof input>> = {
  name: 'data_query',
  family: 'data',
  reads: true,
  description: `Runs one SQL query (SELECT or WITH; SQLite's dialect) over data files, with joins, groups and windows. Each source is a table named like its file without endings (sales-2024.csv: sales_2024); an SQLite file's tables go by their names. sources: paths, or {path, name, header, delimiter, quote, encoding}; "result:ID" is a former result. limit: rows to show, ${defaultRows} by default; a longer result is kept whole. engine "duckdb": DuckDB's dialect, if installed; Parquet always takes it.`,
  input,
  describe: ({ sources, sql }) => `Query ${shownSources(sources)}: ${sql.length > 160 ? `${sql.slice(0, 160)}…` : sql}`,
  async effects(ports, scope, { sources }) {
    return (await resolveSources(ports, scope, sources)).map(({ effect }) => effect);
  },
  async run(ports, scope, { sources, sql, limit = defaultRows, timeout_s, engine }, authorized, signal) {
    const resolved = (await resolveSources(ports, scope, sources)).map(({ source }) => source);
    const timeoutMs = (timeout_s ?? defaultTimeoutS) * 1000;
    const call = dataCall(ports, scope, authorized);
    const answer = await ports.data.query(
      call,
      { sources: resolved, sql, limit, timeoutMs, engine: engine ?? 'auto' },
      signal,
    );
    const chart = answer.total > answer.rows.length ? undefined : chartOf(answer.columns, answer.rows);
    return { ok: true, content: answerText(answer, scope.callId), ...(chart && { chart }) };
  },
};

const ways: Readonly<Record<QueryAnswer['engine'], string>> = {
  scan: 'one pass over the file',
  sqlite: 'SQLite',
  duckdb: 'DuckDB',
};

function answerText({ columns, rows, total, cut, kept, engine, notes }: QueryAnswer, callId: string): string {
  const { text, shown } = rowsText(columns, rows);
  const all = cut ? `more than ${counted(total, 'row')}` : counted(total, 'row');
  const part = shown < total ? `the first ${shown.toLocaleString('en-US')} of ${all}` : all;
  const whole = kept
    ? `${cut ? 'Those' : 'All'} ${counted(total, 'row')} are kept: the source "result:${callId}", a table named result.`
    : shown < total
      ? 'Not all rows fit here: select fewer columns or a part of the rows.'
      : '';
  return [`${part}, by ${ways[engine]}`, text, whole, ...notes].filter((line) => line !== '').join('\n');
}
