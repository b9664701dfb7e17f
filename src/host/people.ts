import type { People } from '../core/ports.ts';
import type { Plan } from '../protocol/plan.ts';
import type { PolicyRule } from '../protocol/policy-rules.ts';
import { ruleForever } from '../protocol/task-rules.ts';
import { addRule } from './settings.ts';

export interface Desk {
  readonly people: People;
  /** Tasks that wait for a person. */
  waiting(): readonly string[];
  approve(taskId: string, callId: string, allowed: boolean | 'task' | 'always'): void;
  resolvePlan(taskId: string, plan: Plan | false): void;
  answer(taskId: string, callId: string, text: string): void;
}

interface Pending {
  readonly taskId: string;
  readonly settle: (answer: unknown) => void;
}

/** Questions of running tasks wait here until the chat view answers them; a cancelled task takes its questions along. */
export function createDesk(
  onChange: (asked: boolean) => void,
  keepRule: (rule: PolicyRule) => Promise<void> = addRule,
): Desk {
  const pending = new Map<string, Pending>();

  const ask = <T>(key: string, taskId: string, signal: AbortSignal): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      signal.throwIfAborted();
      const forget = (): void => {
        pending.delete(key);
        signal.removeEventListener('abort', leave);
        onChange(false);
      };
      const leave = (): void => {
        forget();
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      pending.set(key, {
        taskId,
        settle: (answer) => {
          forget();
          resolve(answer as T);
        },
      });
      onChange(true);
    });

  return {
    people: {
      approve: async (request, signal) => {
        const { taskId, callId, effects, decision, hash } = request;
        const answer = await ask<boolean | 'task' | 'always'>(keyOf('approve', taskId, callId), taskId, signal);
        if (answer !== 'always') return answer;
        const rule = ruleForever(effects, decision.always, hash);
        if (rule) await keepRule(rule);
        return true;
      },
      resolvePlan: (taskId, _plan, signal) => ask<Plan | false>(keyOf('plan', taskId, ''), taskId, signal),
      answer: (taskId, question, signal) => ask<string>(keyOf('answer', taskId, question.callId), taskId, signal),
    },
    waiting: () => [...new Set([...pending.values()].map((entry) => entry.taskId))],
    approve: (taskId, callId, allowed) => pending.get(keyOf('approve', taskId, callId))?.settle(allowed),
    resolvePlan: (taskId, plan) => pending.get(keyOf('plan', taskId, ''))?.settle(plan),
    answer: (taskId, callId, text) => pending.get(keyOf('answer', taskId, callId))?.settle(text),
  };
}

function keyOf(question: 'approve' | 'plan' | 'answer', taskId: string, callId: string): string {
  return JSON.stringify([question, taskId, callId]);
}
