import { isRecord } from '../../../core/is-record.ts';
import type { ModelServer, ServedModel } from '../../../core/models/model-server.ts';
import type { Price } from '../../../core/models/transport.ts';
import type { OpenEndpoint } from '../open-endpoint.ts';
import { countOf, type JsonObject, objectsOf, present, requestJson } from '../request-json.ts';
import { openAiServer } from './openai-server.ts';

/** A LiteLLM proxy: its model information tells limits, prices and abilities of what stands behind a name. */
export function liteLlmServer(endpoint: OpenEndpoint): ModelServer {
  return {
    list: async (signal) => {
      const [listed, informed] = await Promise.all([
        openAiServer(endpoint).list(signal),
        // A key may be allowed to use models and not to look at them.
        requestJson(endpoint, '/v1/model/info', undefined, signal).catch((): JsonObject => ({})),
      ]);
      const byName = Map.groupBy(objectsOf(informed['data']), (row) => String(row['model_name']));
      return listed.map(({ name }) => ({ name, ...merged(byName.get(name) ?? []) }));
    },
  };
}

/** Several deployments share a name: what holds for all of them is the smallest room and the dearest price. */
function merged(rows: readonly JsonObject[]): Omit<ServedModel, 'name'> {
  const infos = rows.flatMap((row) => (isRecord(row['model_info']) ? [row['model_info']] : []));
  const prices = infos.flatMap((info) => priceOf(info) ?? []);
  return present({
    contextTokens: smallest(infos.map((info) => countOf(info['max_input_tokens']) ?? countOf(info['max_tokens']))),
    outputTokens: smallest(infos.map((info) => countOf(info['max_output_tokens']))),
    price: prices.reduce<Price | undefined>(dearer, undefined),
    tools: every(infos, 'supports_function_calling'),
    images: every(infos, 'supports_vision'),
    schema: every(infos, 'supports_response_schema'),
  });
}

function priceOf(info: JsonObject): Price | undefined {
  const input = info['input_cost_per_token'];
  const output = info['output_cost_per_token'];
  if (typeof input !== 'number' || typeof output !== 'number') return undefined;
  const cached = countOf(info['cache_read_input_token_cost']);
  return {
    input: input * 1e6,
    output: output * 1e6,
    ...(cached === undefined ? {} : { cachedInput: cached * 1e6 }),
  };
}

function dearer(best: Price | undefined, next: Price): Price {
  return best !== undefined && best.input + best.output >= next.input + next.output ? best : next;
}

function smallest(counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Only a clear word counts: a proxy that knows nothing of a model says null. */
function every(infos: readonly JsonObject[], ability: string): boolean | undefined {
  const told = infos.map((info) => info[ability]).filter((value) => typeof value === 'boolean');
  return told.length === 0 ? undefined : told.every(Boolean);
}
