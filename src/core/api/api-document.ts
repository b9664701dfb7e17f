export type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI document that was read. */
export interface ApiDocument {
  readonly api: string;
  readonly title: string;
  /** Absolute, without a slash at the end; undefined where neither the user nor the document says it. */
  readonly base: string | undefined;
  readonly operations: readonly ApiOperation[];
  /** `3.0` or `3.1`, by which its schemas are read. */
  readonly dialect: '3.0' | '3.1';
  /** What `$ref` leads to. */
  readonly whole: Json;
}

export interface ApiOperation {
  /** The document's own, or method and path. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters: readonly ApiParameter[];
  readonly body?: { readonly required: boolean; readonly type: string; readonly schema: Json };
  readonly responses: readonly { readonly status: string; readonly description: string; readonly schema?: Json }[];
}

export interface ApiParameter {
  readonly name: string;
  readonly place: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Json;
  readonly style: string;
  readonly explode: boolean;
}
