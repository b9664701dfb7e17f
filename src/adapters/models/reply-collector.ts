import { isRecord } from '../../core/is-record.ts';
import { classifyFault } from '../../core/models/faults.ts';
import type { ModelReply } from '../../core/ports.ts';
import type { Usage } from '../../protocol/task-event.ts';
import { StreamFault } from './stream-fault.ts';
import { collectCalls } from './tool-call-collector.ts';

export interface ReplyCollector {
  /** Takes a chunk or a whole completion; throws StreamFault when it is neither. */
  add(json: string, terminated: boolean): void;
  /** The server gave a finish reason: nothing essential is missing. */
  readonly isFinished: () => boolean;
  reply(): Omit<ModelReply, 'usage'> & { readonly usage: Usage | undefined };
}

/** Puts the chunks of one answer together. */
export function collectReply(model: string, onText: (text: string) => void): ReplyCollector {
  const calls = collectCalls();
  const texts: string[] = [];
  const reasonings: string[] = [];
  let finish = '';
  let answeredBy = model;
  let usage: Usage | undefined;
  const add = (json: string, terminated: boolean): void => {
    const chunk = parseChunk(json, terminated);
    const complaint = chunk['error'];
    if (complaint !== undefined && complaint !== null) throw complaintFault(complaint);
    if (typeof chunk['model'] === 'string' && chunk['model'] !== '') answeredBy = chunk['model'];
    usage = readUsage(chunk['usage']) ?? usage;
    const choices = chunk['choices'];
    if (!Array.isArray(choices)) {
      if (usage === undefined) throw new StreamFault('protocol', json.slice(0, 200));
      return;
    }
    const choice: unknown = choices[0];
    if (!isRecord(choice)) return;
    const delta = choice['delta'] ?? choice['message'];
    if (isRecord(delta)) {
      const text = stringOf(delta['content']) || stringOf(delta['refusal']);
      if (text !== '') {
        texts.push(text);
        onText(text);
      }
      reasonings.push(stringOf(delta['reasoning_content']) || stringOf(delta['reasoning']));
      if (Array.isArray(delta['tool_calls'])) delta['tool_calls'].forEach(calls.add);
    }
    finish = stringOf(choice['finish_reason']) || finish;
    if (finish === 'content_filter') throw new StreamFault('content-refused', 'content_filter');
  };
  return {
    add,
    isFinished: () => finish !== '',
    reply: () => {
      const whole = finish !== '' && finish !== 'length';
      const reasoning = reasonings.join('');
      const collected = calls.calls(whole);
      return {
        text: texts.join(''),
        ...(reasoning === '' ? {} : { reasoning }),
        calls: collected,
        finish: !whole ? (finish === 'length' ? 'length' : 'cut') : collected.length > 0 ? 'tool-calls' : 'stop',
        model: answeredBy,
        usage,
      };
    },
  };
}

/** The fields of an error object as servers write them, in whichever of their dialects. */
export function readComplaint(complaint: unknown): {
  readonly code?: string;
  readonly type?: string;
  readonly message: string;
} {
  if (!isRecord(complaint)) return { message: stringOf(complaint) };
  const inner = complaint['error'];
  if (isRecord(inner)) return readComplaint(inner);
  const code = complaint['code'];
  const message = stringOf(complaint['message']) || stringOf(inner) || JSON.stringify(complaint);
  return {
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(typeof complaint['type'] === 'string' ? { type: complaint['type'] } : {}),
    message,
  };
}

function complaintFault(complaint: unknown): StreamFault {
  const read = readComplaint(complaint);
  return new StreamFault(classifyFault(read), read.message);
}

function parseChunk(json: string, terminated: boolean): Readonly<Record<string, unknown>> {
  let chunk: unknown;
  try {
    chunk = JSON.parse(json);
  } catch {
    throw new StreamFault(terminated ? 'protocol' : 'truncated', json.slice(0, 200));
  }
  if (!isRecord(chunk)) throw new StreamFault('protocol', json.slice(0, 200));
  return chunk;
}

function readUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const details = usage['prompt_tokens_details'];
  const cached = isRecord(details) ? details['cached_tokens'] : undefined;
  const cost = usage['cost'];
  return {
    inputTokens: count(usage['prompt_tokens']),
    outputTokens: count(usage['completion_tokens']),
    ...(typeof cached === 'number' ? { cachedTokens: count(cached) } : {}),
    ...(typeof cost === 'number' && Number.isFinite(cost) && cost >= 0 ? { usd: cost } : {}),
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
