import type { DataQuery, DataSource, ExportFormat, Inspection, QueryAnswer } from '../../core/data-port.ts';
import type { ErrorKind } from '../../protocol/error-kinds.ts';

/** What the process that reads data is asked, once; then it ends. */
export type DataRequest = { readonly place: DataPlace } & (
  | { readonly work: 'inspect'; readonly source: DataSource }
  | { readonly work: 'query'; readonly query: DataQuery; readonly keepAt: string }
  | {
      readonly work: 'render';
      readonly query: Omit<DataQuery, 'limit'>;
      readonly format: ExportFormat;
      readonly to: string;
    }
);

export interface DataPlace {
  /** A folder for this call alone; whoever asks removes it. */
  readonly scratch: string;
  /** Where the user installs packages for OpenMagus: its node_modules. */
  readonly packages: string;
  /** The process that asks; without it there is nobody to answer. */
  readonly asker: number;
  /** The process ends itself then, should nobody do it. */
  readonly timeoutMs: number;
}

export interface Rendered {
  readonly rows: number;
  readonly notes: readonly string[];
}
export type DataOutput = Inspection | QueryAnswer | Rendered;

export type DataReply =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'done'; readonly output: DataOutput }
  | {
      readonly type: 'failed';
      readonly error: { readonly kind: ErrorKind; readonly message: string; readonly code: string | undefined };
    };
