import type { LiveDelta, People, Ports } from '../../../src/core/ports.ts';
import { authorize } from '../../../src/core/security/authorize.ts';
import { failureOf } from '../../../src/core/tools/failure-of.ts';
import type { ToolResult, ToolScope } from '../../../src/core/tools/tool.ts';
import type { Effect } from '../../../src/protocol/effects.ts';
import type { TaskEvent } from '../../../src/protocol/task-event.ts';

export interface Called extends ToolResult {
  readonly effects: readonly Effect[];
  /** What was asked before it ran. */
  readonly asked: boolean;
  readonly events: readonly TaskEvent[];
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly trusted?: boolean;
  readonly people?: Partial<People>;
  /** What a person sees while it runs. */
  readonly onLive?: (delta: LiveDelta) => void;
}

/** One call as a task makes it: effects, policy, people, run. In mode auto, so that only what must be asked is asked. */
export async function callTool(
  ports: Ports,
  root: string,
  [name, input]: readonly [string, unknown],
  { signal = new AbortController().signal, trusted = true, people = {}, onLive = () => {} }: CallOptions = {},
): Promise<Called> {
  const tool = ports.tools.find((each) => each.name === name);
  if (!tool) throw new Error(`There is no tool ${name}.`);
  const events: TaskEvent[] = [];
  const scope: ToolScope = {
    taskId: 'task',
    callId: 'call',
    roots: [root],
    seen: new Map(),
    changes: () => [],
    record: async (event) => void events.push(event),
  };
  const live: Ports['live'] = (_task, delta) => onLive(delta);
  const own = { ...ports, live, people: { ...ports.people, approve: async () => true, ...people } };
  let effects: readonly Effect[] = [];
  let asked = false;
  try {
    effects = await tool.effects(own, scope, tool.input.parse(input));
    const question = { taskId: 'task', callId: 'call', title: name, effects, trusted, approve: 'auto' as const };
    const outcome = await authorize(own, { ...question, granted: new Set() }, signal);
    asked = outcome.asked;
    if (!outcome.authorized) return { ok: false, content: outcome.decision.reason, effects, asked, events };
    const result = await tool.run(own, scope, tool.input.parse(input), outcome.authorized, signal);
    return { ...result, effects, asked, events };
  } catch (caught) {
    if (signal.aborted) throw caught;
    return { ...failureOf(caught), effects, asked, events };
  }
}
