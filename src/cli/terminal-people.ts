import { createInterface } from 'node:readline/promises';
import type { People } from '../core/ports.ts';
import { riskyFirst } from '../protocol/effects.ts';
import type { PolicyRule } from '../protocol/policy-rules.ts';
import { ruleForever, rulesForTask } from '../protocol/task-rules.ts';
import { nobody } from './headless.ts';
import { printable } from './printable.ts';

/** Asks on the terminal; where stdin or stderr is none, nobody can be asked. Questions go to stderr, so stdout stays the result. */
export function terminalPeople(json: boolean, keepRule: (rule: PolicyRule) => Promise<void>): People {
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) return nobody;
  return {
    approve: async ({ effects, decision, advice, hash }, signal) => {
      const shown = riskyFirst(effects).map(
        ({ verb, object, protects, shown: plan = '' }) =>
          `  ${verb} ${printable(object)}${protects === undefined ? '' : ` (${printable(protects)})`}${plan === '' ? '' : `\n    ${plan.split('\n').map(printable).join('\n    ')}`}`,
      );
      const inTask = decision.always ? undefined : rulesForTask(effects);
      const like = inTask?.map(({ command, path = '' }) => printable(command === undefined ? path : `${command} …`));
      const forever = ruleForever(effects, decision.always, hash);
      const more = [
        ...(like ? [`t: yes, and in this task ${like.join('; ')}`] : []),
        ...(forever ? ['a: yes, and always exactly this'] : []),
      ];
      const offered = more.length > 0 ? `[y/N${like ? '/t' : ''}${forever ? '/a' : ''}; ${more.join('; ')}]` : '[y/N]';
      const past = advice ? [`  from memory: ${printable(advice.text).replaceAll('\n', '\n    ')}`] : [];
      const asked = [printable(decision.reason), ...shown, ...past, `Allow? ${offered} `].join('\n');
      const answer = await ask(asked, signal);
      const letter = answer.trim().toLowerCase();
      if (forever && letter === 'a') await keepRule(forever);
      return like && letter === 't' ? 'task' : isYes(answer) || (forever !== undefined && letter === 'a');
    },
    resolvePlan: async (_taskId, plan, signal) => {
      const steps = plan.steps.map(
        (step, index) =>
          `  ${index + 1}. ${printable(step.title)}${step.check === undefined ? '' : `  (check: ${printable(step.check)})`}`,
      );
      return (await yes(`Plan:\n${steps.join('\n')}\nRun it? [y/N] `, signal)) ? plan : false;
    },
    answer: async (_taskId, { question, choices }, signal) =>
      ask(`${printable(question)}${choices.length > 0 ? ` (${choices.map(printable).join(' / ')})` : ''}\n> `, signal),
  };
}

async function yes(question: string, signal: AbortSignal): Promise<boolean> {
  return isYes(await ask(question, signal));
}

function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question, { signal });
  } finally {
    terminal.close();
  }
}
