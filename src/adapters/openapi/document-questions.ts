import type { ApiCall, ApiFacts, ConfiguredApi, PreparedCall, WantedCall } from '../../core/api/api-port.ts';

/** A document in a file; another stamp is another content. */
export interface DocumentSource {
  readonly api: ConfiguredApi;
  readonly file: string;
  readonly stamp: string;
}

/** What the thread that reads documents may be asked; each reads the document first, unless it holds it. */
export interface DocumentQuestions {
  facts(asked: { readonly source: DocumentSource }): ApiFacts;
  search(asked: { readonly source: DocumentSource; readonly query: string }): readonly string[];
  describe(asked: { readonly source: DocumentSource; readonly operation: string }): string;
  prepare(asked: { readonly source: DocumentSource; readonly wanted: WantedCall }): CarriedCall;
}

/** An address cannot cross the thread border as an object. */
export interface CarriedCall extends Omit<PreparedCall, 'call'> {
  readonly call: Omit<ApiCall, 'url'> & { readonly url: string };
}
