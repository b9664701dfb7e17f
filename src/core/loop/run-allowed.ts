import type { Effect } from '../../protocol/effects.ts';
import { saidText } from '../../protocol/hidden-text.ts';
import { withAdvice } from '../agents/advise.ts';
import type { TaskRun } from '../agents/task-run.ts';
import type { TrialFound } from '../memory/memory-ports.ts';
import type { Authorized } from '../security/authorized.ts';
import { labelOf } from '../security/taint.ts';
import { failureOf } from '../tools/failure-of.ts';
import type { Tool, ToolResult, ToolScope } from '../tools/tool.ts';
import { watchProblems, withNewProblems } from './new-problems.ts';

interface Allowed {
  readonly tool: Tool;
  readonly input: unknown;
  readonly scope: ToolScope;
  readonly effects: readonly Effect[];
  readonly authorized: Authorized;
  /** What memory knows of this very command. */
  readonly past: readonly TrialFound[];
}

/** What the call brings back is labelled by what it did, also where it failed: an error may quote a page. */
export async function runAllowed(run: TaskRun, call: Allowed, signal: AbortSignal): Promise<ToolResult> {
  const { tool, input, scope, effects, authorized, past } = call;
  const label = labelOf(effects);
  const began = run.ports.clock.now();
  const labelled = (result: ToolResult): ToolResult => ({
    ...result,
    // The file or output itself stays as it is; the log and the model have what a person would see.
    content: saidText(result.content),
    ...(label ? { label } : {}),
    durationMs: run.ports.clock.now() - began,
  });
  const watch = watchProblems(run.ports.editor, effects);
  try {
    const result = await tool.run(run.ports, scope, input, authorized, signal);
    const told = await withNewProblems(watch, result, scope.roots, signal);
    return await withAdvice(run, labelled(told), past, signal);
  } catch (caught) {
    watch?.stop();
    if (signal.aborted) throw caught;
    return withAdvice(run, labelled(failureOf(caught)), [], signal);
  }
}
