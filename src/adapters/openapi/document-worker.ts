import { parentPort } from 'node:worker_threads';
import type { ApiDocument } from '../../core/api/api-document.ts';
import { buildCall } from '../../core/api/build-call.ts';
import { assertFits } from '../../core/api/check-call.ts';
import { describeOperation } from '../../core/api/describe-operation.ts';
import { searchOperations, wantedOperation } from '../../core/api/search-operations.ts';
import { failedAnswer, type ThreadAnswer, type ThreadRequest } from '../../core/thread-questions.ts';
import type { DocumentQuestions, DocumentSource } from './document-questions.ts';
import { readDocument } from './read-document.ts';
import { schemaFaults } from './schema-faults.ts';

/** Entry of the thread that reads OpenAPI documents: one of ten megabytes would hold whoever reads it for half a second. */

const mostHeld = 4;
const held = new Map<string, { readonly stamp: string; readonly document: ApiDocument }>();

const questions: DocumentQuestions = {
  facts: ({ source }) => {
    const { title, operations } = documentOf(source);
    return { title, operations: operations.length };
  },
  search: ({ source, query }) => searchOperations(documentOf(source), query),
  describe: ({ source, operation }) => {
    const document = documentOf(source);
    return describeOperation(source.api, document, wantedOperation(document, operation));
  },
  prepare: ({ source, wanted }) => {
    const document = documentOf(source);
    const operation = wantedOperation(document, wanted.operation);
    assertFits(operation, wanted, (schema, value) => schemaFaults(document, schema, value));
    const { url, ...call } = buildCall(source.api, document, operation, wanted);
    const answersHtml = operation.responses.some(({ description }) => /html/i.test(description));
    return { call: { ...call, url: url.href }, operation: operation.id, answersHtml };
  },
};

/** The one that was used last stands last. */
function documentOf({ api, file, stamp }: DocumentSource): ApiDocument {
  const key = JSON.stringify([api.name, api.spec, api.baseURL]);
  const known = held.get(key);
  const document = known?.stamp === stamp ? known.document : readDocument(api, file);
  held.delete(key);
  held.set(key, { stamp, document });
  const [oldest] = held.keys();
  if (held.size > mostHeld && oldest !== undefined) held.delete(oldest);
  return document;
}

function answer({ id, name, input }: ThreadRequest): ThreadAnswer {
  try {
    const question = questions[name as keyof DocumentQuestions] as (asked: unknown) => unknown;
    return { type: 'answered', id, output: question(input) };
  } catch (error) {
    return failedAnswer(id, error);
  }
}

parentPort?.on('message', (request: ThreadRequest) => parentPort?.postMessage(answer(request)));
