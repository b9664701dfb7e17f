import type { Decision, Effect } from '../../protocol/effects.ts';
import type { MemoryRecord } from '../../protocol/memory.ts';
import type { MemoryAdvice, RecordedCall } from '../../protocol/task-event.ts';
import { adviseBefore, withAdvice } from '../agents/advise.ts';
import { nobodyToAsk } from '../agents/nobody-to-ask.ts';
import { scopeOf, type TaskRun } from '../agents/task-run.ts';
import { MagusError, toMagusError } from '../errors/magus-error.ts';
import type { Ports } from '../ports.ts';
import { type Authorization, authorize, boundEffects } from '../security/authorize.ts';
import { failureOf } from '../tools/failure-of.ts';
import type { Tool, ToolResult } from '../tools/tool.ts';
import { unwrapCall } from '../tools/tool-families.ts';
import { beginCall, endCall, wholeCall } from './call-events.ts';
import { asWritten, isLost, lost, parseArguments } from './parse-arguments.ts';
import { runAllowed } from './run-allowed.ts';

/** Runs one call of a tool: on disk first, then parse, effects, policy, run. Everything that goes wrong is text for the model. */
export async function runToolCall(
  run: TaskRun,
  conversation: string,
  made: RecordedCall,
  signal: AbortSignal,
): Promise<ToolResult> {
  const { call, answer } = unwrapCall(run.ports.tools, asWritten(run, made));
  if (answer) {
    await run.emit(...wholeCall(run, conversation, call, answer));
    return answer;
  }
  const tool = run.ports.tools.find(({ name }) => name === call.name);
  const parsed = isLost(run, made) ? lost : parseArguments(tool, call);
  const title = (tool && parsed.ok ? tool.describe(parsed.input) : call.name).slice(0, longestTitle);
  beginCall(run, conversation, call, title);
  const began = run.ports.clock.now();
  const result =
    tool && parsed.ok ? await decideAndRun(run, { tool, input: parsed.input, call, title }, signal) : parsed.failure;
  // The model may think about the answer while it goes to disk: what it says stands behind it in the log.
  void endCall(run, conversation, call, result, run.ports.clock.now() - began);
  return result;
}

const longestTitle = 500;

interface Prepared {
  readonly tool: Tool;
  readonly input: unknown;
  readonly call: RecordedCall;
  readonly title: string;
}

async function decideAndRun(
  run: TaskRun,
  { tool, input, call, title }: Prepared,
  signal: AbortSignal,
): Promise<ToolResult> {
  const { start, taskId } = run.state;
  const scope = scopeOf(run, call.id);
  try {
    const effects = boundEffects(run.ports.hash, await tool.effects(run.ports, scope, input), input);
    const question = {
      taskId,
      callId: call.id,
      title,
      effects,
      trusted: start.trusted,
      approve: start.approve,
      taint: run.state.taint,
      granted: run.state.granted,
      rules: run.state.rules,
    };
    const action = { tool: tool.name, effects, command: commandOf(tool, input) };
    const { forbidden, past, before } = await adviseBefore(run, action, signal);
    if (forbidden) return forbiddenCall(forbidden);
    const outcome = await authorize(withRecordedApprovals(run, before), question, signal);
    signal.throwIfAborted();
    await recordDecision(run, call.id, effects, outcome);
    if (outcome.allowed === undefined) throw nobodyToAsk(title);
    if (!outcome.authorized) return refusal(outcome.decision, outcome.by);
    // Append before effect. Reading has none, and file changes put their own intention on disk before they begin.
    if (!effects.every(({ verb }) => verb === 'read' || verb === 'write' || verb === 'delete')) await run.emit();
    return await runAllowed(run, { tool, input, scope, effects, authorized: outcome.authorized, past }, signal);
  } catch (caught) {
    if (signal.aborted || toMagusError(caught).code === 'NOBODY_TO_ASK') throw caught;
    return await withAdvice(run, failureOf(caught), [], signal);
  }
}

/** For the audit. What nobody was asked about goes to disk with what comes next. */
async function recordDecision(
  run: TaskRun,
  callId: string,
  effects: readonly Effect[],
  { asked, allowed, by, decision, hash, rules }: Authorization,
): Promise<void> {
  if (allowed === undefined) return;
  const inTask = rules ? { rules } : {};
  if (asked) await run.emit({ type: 'approval-resolved', callId, allowed, by, hash, ...inTask });
  else run.queue({ type: 'call-decided', callId, effects, decision, allowed, hash });
}

/** Parsed by the tool's own schema. */
function commandOf({ name }: Tool, input: unknown): string | undefined {
  return name === 'run_command' ? (input as { readonly command: string }).command : undefined;
}

export function forbiddenCall({ id, text }: MemoryRecord): ToolResult {
  return failureOf(
    new MagusError(
      'permission-denied',
      `The user does not want this: "${text.slice(0, 300)}" (memory ${id}). Find another way or ask the user.`,
      { code: 'REMEMBERED_NEVER' },
    ),
  );
}

function refusal(decision: Decision, by: 'user' | 'rule'): ToolResult {
  const who = by === 'user' ? 'The user said no' : 'The policy said no';
  return failureOf(
    new MagusError('permission-denied', `${who}: ${decision.reason} Find another way or ask the user.`, {
      code: by === 'user' ? 'REFUSED' : 'DENIED',
    }),
  );
}

/** Before a person is asked, the question is on disk, so that a view opened later shows it. */
function withRecordedApprovals(
  run: TaskRun,
  advice: MemoryAdvice | undefined,
): Pick<Ports, 'hash' | 'people' | 'policy'> {
  const { people, hash, policy } = run.ports;
  return {
    hash,
    policy,
    people: {
      resolvePlan: people.resolvePlan,
      answer: people.answer,
      approve: async (request, signal) => {
        const { taskId: _own, ...asked } = advice ? { ...request, advice } : request;
        await run.emit({ type: 'approval-requested', ...asked });
        return people.approve(advice ? { ...request, advice } : request, signal);
      },
    },
  };
}
