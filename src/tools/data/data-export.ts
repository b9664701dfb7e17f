import * as z from 'zod/mini';
import type { DataSource, ExportFormat } from '../../core/data-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { fileEffect, type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import { changeFiles } from '../files/change-files.ts';
import { dataCall } from './data-call.ts';
import { defaultTimeoutS, engineInput, sqlInput, timeoutInput } from './data-query.ts';
import { type ResolvedSource, resolveSources, type SourceInput, shownSources, sourcesInput } from './data-source.ts';
import { counted } from './result-text.ts';

/** A file that is replaced is kept whole, so that it can come back. */
const largestReplaced = 100_000_000;

const input = z.object({
  query: z.union([sqlInput, z.object({ sources: sourcesInput, sql: sqlInput })]),
  sources: z.optional(sourcesInput),
  path: z.string().check(z.minLength(1), z.maxLength(4096)),
  format: z.optional(z.enum(['csv', 'jsonl', 'sqlite'])),
  overwrite: z.optional(z.boolean()),
  timeout_s: timeoutInput,
  engine: engineInput,
});
type ExportInput = z.infer<typeof input>;

/** The result of a query as a new file of the workspace. */
export const dataExport: Tool<ExportInput> = {
  name: 'data_export',
  family: 'data',
  description:
    'Writes the result of a query to a file as csv, jsonl or sqlite (one table named result), at most 100 MB. query: {sources, sql} as for data_query, or "result:ID" for a former result. format goes by the path\'s ending if left out. Never over a source; over another existing file only with overwrite.',
  input,
  describe: ({ path, query, sources }) => {
    const from = typeof query === 'string' ? (/^result:/.test(query) ? [query] : (sources ?? [])) : query.sources;
    return `Export ${shownSources(from)} to ${path}`;
  },
  async effects(ports, scope, asked) {
    const { target, resolved } = await resolveAll(ports, scope, asked);
    return [...resolved.map(({ effect }) => effect), fileEffect('write', target)];
  },
  async run(ports, scope, asked, authorized, signal) {
    const { target, resolved } = await resolveAll(ports, scope, asked);
    const format = formatOf(asked);
    const before = await formerContent(ports, target, asked.overwrite === true);
    const { sql } = queryOf(asked);
    const query = {
      sources: resolved.map(({ source }): DataSource => source),
      sql,
      timeoutMs: (asked.timeout_s ?? defaultTimeoutS) * 1000,
      engine: asked.engine ?? 'auto',
    } as const;
    const call = dataCall(ports, scope, authorized);
    const { content, rows, notes } = await ports.data.render(call, query, format, signal);
    const changes = await changeFiles(ports, scope, [{ path: target.real, before, after: content }], authorized);
    const done = `Wrote ${counted(rows, 'row')} as ${format} to ${target.shown} (${counted(content.length, 'byte')})`;
    return { ok: true, content: [`${done}; sha256 ${changes[0]?.after ?? ''}`, ...notes].join('\n'), changes };
  },
};

/** SQL alone goes over the sources beside it; a former result is exported whole. */
function queryOf({ query, sources }: Pick<ExportInput, 'query' | 'sources'>): {
  readonly sources: readonly SourceInput[];
  readonly sql: string;
} {
  if (typeof query !== 'string') return query;
  if (/^result:\S+$/.test(query)) return { sources: [query], sql: 'SELECT * FROM result' };
  if (sources !== undefined) return { sources, sql: query };
  throw new MagusError('tool-input', 'The query has no sources. Give query as {sources, sql}, or "result:ID".', {
    code: 'BAD_ARGUMENTS',
  });
}

async function resolveAll(
  ports: Ports,
  scope: ToolScope,
  asked: ExportInput,
): Promise<{ readonly target: ResolvedPath; readonly resolved: readonly ResolvedSource[] }> {
  const target = await resolvePath(ports, scope.roots, asked.path);
  const resolved = await resolveSources(ports, scope, queryOf(asked).sources);
  if (resolved.some(({ source }) => source.path === target.real)) {
    throw new MagusError('tool-input', `${target.shown} is a source, which is never written. Give another path.`, {
      code: 'IS_SOURCE',
    });
  }
  return { target, resolved };
}

function formatOf({ path, format }: ExportInput): ExportFormat {
  if (format !== undefined) return format;
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const formats: Readonly<Record<string, ExportFormat>> = {
    csv: 'csv',
    jsonl: 'jsonl',
    ndjson: 'jsonl',
    sqlite: 'sqlite',
    sqlite3: 'sqlite',
    db: 'sqlite',
  };
  const known = formats[ending];
  if (known !== undefined) return known;
  throw new MagusError('tool-input', `The ending of ${path} tells no format. Give format: csv, jsonl or sqlite.`, {
    code: 'BAD_ARGUMENTS',
  });
}

async function formerContent(ports: Ports, target: ResolvedPath, overwrite: boolean): Promise<Uint8Array | null> {
  if (target.kind === 'none') return null;
  if (target.kind !== 'file') {
    throw new MagusError('tool-input', `${target.shown} is a folder or a device. Give the path of a file.`, {
      code: 'BAD_PATH',
    });
  }
  if (overwrite) return ports.files.read(target.real, largestReplaced);
  throw new MagusError(
    'tool-failed',
    `${target.shown} exists; nothing was written. Give another path, or overwrite: true.`,
    { code: 'EXISTS' },
  );
}
