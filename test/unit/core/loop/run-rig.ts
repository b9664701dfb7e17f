import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { TaskRun } from '../../../../src/core/agents/task-run.ts';
import type { ModelReply, ModelRequest, People, Ports } from '../../../../src/core/ports.ts';
import { strictPolicy } from '../../../../src/core/security/policy.ts';
import { applyEvent, foldEvents } from '../../../../src/core/task/reduce.ts';
import type { Tool, ToolResult } from '../../../../src/core/tools/tool.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';
import type { RecordedCall, TaskEvent } from '../../../../src/protocol/task-event.ts';
import { logOf } from '../task/logs.ts';

export interface RunRig {
  readonly run: TaskRun;
  /** What was emitted since the rig was made. */
  readonly events: TaskEvent[];
  readonly requests: ModelRequest[];
  /** Inputs that the tool `act` was run with. */
  readonly ran: string[];
  readonly people: { approve: People['approve']; answer: People['answer'] };
}

export type Reply = Partial<Omit<ModelReply, 'calls'>> & { readonly calls?: readonly Partial<RecordedCall>[] };

/**
 * A run over a log in memory: `replies` are the model's, one after the other; there is one tool, `act {what}`, which fails
 * where `what` begins with "bad", and `run_command`, which fails where the command does.
 */
export function runRig(log: readonly TaskEvent[], replies: readonly Reply[] = [], contextTokens = 100_000): RunRig {
  const events: TaskEvent[] = [];
  const requests: ModelRequest[] = [];
  const ran: string[] = [];
  const left = [...replies];
  const state = foldEvents('t', logOf(log));
  const people: RunRig['people'] = { approve: async () => true, answer: async () => undefined };
  const ports = {
    clock: { now: () => 0, sleep: async () => undefined },
    hash: {
      sha256: (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex'),
      randomId: () => 'random',
    },
    live: () => undefined,
    people: {
      resolvePlan: async () => undefined,
      approve: (...asked: Parameters<People['approve']>) => people.approve(...asked),
      answer: (...asked: Parameters<People['answer']>) => people.answer(...asked),
    },
    commands: { shell: '/bin/sh on linux' },
    policy: () => strictPolicy,
    memory: { store: { forbidding: async () => [], trials: async () => [] } },
    model: {
      contextTokens,
      complete: async (request: ModelRequest): Promise<ModelReply> => {
        requests.push(request);
        const reply = left.shift() ?? { text: 'Done.' };
        const calls = (reply.calls ?? []).map((call) => ({ id: 'x', name: 'act', arguments: '{}', ...call }));
        const finish = calls.length > 0 ? 'tool-calls' : 'stop';
        const usage = { inputTokens: 1, outputTokens: 1 };
        return { text: '', finish, model: 'm', usage, ...reply, calls };
      },
    },
    tools: [tool('act', 'what', 'read', ran), tool('run_command', 'command', 'run', ran)],
  } as unknown as Ports;
  const queue = (...more: readonly TaskEvent[]): void => {
    events.push(...more);
    for (const event of more) applyEvent(state, event);
  };
  const emit = async (...more: readonly TaskEvent[]): Promise<void> => queue(...more);
  return {
    run: {
      ports,
      state,
      emit,
      queue,
      written: new Map(),
      seen: new Map(),
      requests: new Map(),
      startedAt: 0,
      roots: state.start.roots,
    },
    events,
    requests,
    ran,
    people,
  };
}

export function act(what: string): Partial<RecordedCall> {
  return { name: 'act', arguments: JSON.stringify({ what }) };
}

export function finishStep(summary = 'Did it.'): Partial<RecordedCall> {
  return { name: 'finish_step', arguments: JSON.stringify({ summary }) };
}

function tool(name: string, field: string, verb: Effect['verb'], ran: string[]): Tool {
  return {
    name,
    description: name,
    input: z.looseObject({ [field]: z.string() }),
    describe: () => name,
    effects: async () => [{ verb, object: name, zone: 'workspace' }],
    run: async (_ports, _scope, input): Promise<ToolResult> => {
      const what = (input as Record<string, string>)[field] ?? '';
      ran.push(what);
      return what.startsWith('bad')
        ? { ok: false, content: `${what} failed`, error: { kind: 'tool-failed', message: 'x' } }
        : { ok: true, content: `${what} worked` };
    },
  };
}
