import { isRecord } from '../../core/is-record.ts';
import { classifyFault } from '../../core/models/faults.ts';
import type { RecordedCall, Usage } from '../../protocol/task-event.ts';
import type { AnswerCollector } from './complete-http.ts';
import { readComplaint } from './reply-collector.ts';
import { countOf } from './request-json.ts';
import { StreamFault } from './stream-fault.ts';

export interface OllamaCollector extends AnswerCollector {
  /** Takes one line of the answer; throws StreamFault when it is none. */
  add(line: string, terminated: boolean): void;
}

/** Puts the lines of an Ollama answer together; each call comes whole. */
export function collectOllamaReply(model: string, onText: (text: string) => void): OllamaCollector {
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: RecordedCall[] = [];
  let finish: 'stop' | 'length' | undefined;
  let usage: Usage | undefined;
  return {
    add: (line, terminated) => {
      const part = parseLine(line, terminated);
      if (part['error'] !== undefined) {
        const complaint = readComplaint(part);
        throw new StreamFault(classifyFault(complaint), complaint.message);
      }
      const message = isRecord(part['message']) ? part['message'] : {};
      const { content, thinking, tool_calls: made } = message;
      if (typeof content === 'string' && content !== '') {
        texts.push(content);
        onText(content);
      }
      if (typeof thinking === 'string') thoughts.push(thinking);
      if (Array.isArray(made)) calls.push(...made.flatMap(callOf));
      if (part['done'] !== true) return;
      finish = part['done_reason'] === 'length' ? 'length' : 'stop';
      const [inputTokens, outputTokens] = [countOf(part['prompt_eval_count']), countOf(part['eval_count'])];
      if (inputTokens !== undefined) usage = { inputTokens, outputTokens: outputTokens ?? 0 };
    },
    isFinished: () => finish !== undefined,
    reply: () => ({
      text: texts.join(''),
      ...(thoughts.length === 0 ? {} : { reasoning: thoughts.join('') }),
      calls,
      finish: finish === 'stop' && calls.length > 0 ? 'tool-calls' : (finish ?? 'cut'),
      model,
      usage,
    }),
  };
}

function parseLine(line: string, terminated: boolean): Readonly<Record<string, unknown>> {
  let part: unknown;
  try {
    part = JSON.parse(line);
  } catch {
    throw new StreamFault(terminated ? 'protocol' : 'truncated', line.slice(0, 200));
  }
  if (!isRecord(part)) throw new StreamFault('protocol', line.slice(0, 200));
  return part;
}

function callOf(made: unknown): readonly RecordedCall[] {
  const call = isRecord(made) && isRecord(made['function']) ? made['function'] : undefined;
  if (call === undefined || typeof call['name'] !== 'string') return [];
  return [
    { id: `call_${crypto.randomUUID()}`, name: call['name'], arguments: JSON.stringify(call['arguments'] ?? {}) },
  ];
}
