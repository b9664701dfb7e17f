import { isRecord } from '../../core/is-record.ts';
import { classifyFault } from '../../core/models/faults.ts';
import type { RecordedCall, Usage } from '../../protocol/task-event.ts';
import type { AnswerCollector } from './complete-http.ts';
import { readComplaint } from './reply-collector.ts';
import { countOf, type JsonObject } from './request-json.ts';
import { StreamFault } from './stream-fault.ts';

export interface ResponseCollector extends AnswerCollector {
  /** Takes one event; throws StreamFault when it tells of a failure. */
  add(json: string, terminated: boolean): void;
}

/** Puts the events of the Responses interface together. A call counts once the server has called it done. */
export function collectResponse(model: string, onText: (text: string) => void): ResponseCollector {
  const texts: string[] = [];
  const calls: RecordedCall[] = [];
  let finish: 'stop' | 'length' | undefined;
  let answeredBy = model;
  let usage: Usage | undefined;
  const end = (response: JsonObject, reason: 'stop' | 'length'): void => {
    finish = reason;
    if (typeof response['model'] === 'string') answeredBy = response['model'];
    usage = usageOf(response['usage']);
  };
  return {
    add: (json, terminated) => {
      const event = parseEvent(json, terminated);
      const response = isRecord(event['response']) ? event['response'] : {};
      const item = isRecord(event['item']) ? event['item'] : {};
      switch (event['type']) {
        case 'response.output_text.delta':
        case 'response.refusal.delta': {
          const text = String(event['delta'] ?? '');
          texts.push(text);
          if (text !== '') onText(text);
          return;
        }
        case 'response.output_item.done':
          if (item['type'] === 'function_call')
            calls.push({
              id: String(item['call_id'] ?? ''),
              name: String(item['name'] ?? ''),
              arguments: String(item['arguments'] ?? '{}'),
            });
          return;
        case 'response.completed':
          return end(response, 'stop');
        case 'response.incomplete': {
          const details = isRecord(response['incomplete_details']) ? response['incomplete_details'] : {};
          if (details['reason'] === 'content_filter') throw new StreamFault('content-refused', 'content_filter');
          return end(response, 'length');
        }
        case 'response.failed':
          throw complaintFault(response);
        case 'error':
          throw complaintFault(event);
        default:
          if (event['type'] === undefined) throw event['error'] ? complaintFault(event) : notAnEvent(json);
      }
    },
    isFinished: () => finish !== undefined,
    reply: () => ({
      text: texts.join(''),
      calls,
      finish: finish === 'stop' && calls.length > 0 ? 'tool-calls' : (finish ?? 'cut'),
      model: answeredBy,
      usage,
    }),
  };
}

function parseEvent(json: string, terminated: boolean): JsonObject {
  try {
    const event: unknown = JSON.parse(json);
    if (isRecord(event)) return event;
  } catch {
    if (!terminated) throw new StreamFault('truncated', json.slice(0, 200));
  }
  throw notAnEvent(json);
}

function notAnEvent(json: string): StreamFault {
  return new StreamFault('protocol', json.slice(0, 200));
}

function complaintFault(complaint: JsonObject): StreamFault {
  const read = readComplaint(complaint);
  return new StreamFault(classifyFault(read), read.message);
}

function usageOf(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const details = isRecord(usage['input_tokens_details']) ? usage['input_tokens_details'] : {};
  const cachedTokens = countOf(details['cached_tokens']);
  return {
    inputTokens: countOf(usage['input_tokens']) ?? 0,
    outputTokens: countOf(usage['output_tokens']) ?? 0,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
  };
}
