import { beginningOf } from '../beginning-of.ts';
import type { DeployPlan, Health } from './deployment.ts';

/** More than that nobody reads through before answering. */
const mostLines = 160;
const mostCharacters = 16_000;

/** The plan in lines for a person who is asked: everything in it comes from what was read and run, nothing from a model. */
export function shownPlan(plan: DeployPlan, digest: string, way: 'apply' | 'rollback'): string {
  const { target, settings, object, environment, bound, known } = plan;
  const commands = way === 'apply' ? plan.apply : plan.rollback.commands;
  const rows = [
    ['target', `${target} (${settings.kind}): ${object}`],
    [
      'environment',
      plan.environmentCounts ? environment : `${environment} (so the task calls it; what runs does not depend on it)`,
    ],
    ...Object.entries(bound.identity).map(([label, value]) => [
      label,
      beginningOf(value.replace(/\s*\n\s*/g, '; '), 300) || 'none',
    ]),
    [
      'trusted',
      known
        ? 'yes: these commands with these variables were allowed before'
        : 'new: these commands with these variables were first allowed for this plan',
    ],
    ['files', `${Object.keys(bound.files).length}, held to what they are now`],
  ];
  const rollback = plan.rollback.commands.map(({ line }) => `  $ ${line}`);
  return [
    ...rows.map(([label = '', value]) => `${label}: ${value}`),
    way === 'apply' ? 'runs:' : 'brings back by:',
    ...commands.map(({ line }) => `  $ ${line}`),
    `then checks: ${plan.health === undefined ? 'nothing, no health check is named' : healthWords(plan.health)}`,
    ...(way === 'apply'
      ? [
          'changes:',
          ...plan.difference.split('\n').map((line) => `  ${line}`),
          'way back:',
          ...rollback,
          `  ${plan.rollback.note}`,
        ]
      : [`  ${plan.rollback.note}`]),
    `digest: ${digest}`,
  ].join('\n');
}

export function healthWords(health: Health): string {
  return `${'url' in health ? `${health.url} answers with 200 to 299` : `$ ${health.command}`}, within ${health.withinS} s`;
}

/** Head and tail of what a trial said. */
export function shortened(text: string): string {
  const lines = text.trimEnd().split('\n');
  const half = mostLines / 2;
  const few =
    lines.length <= mostLines
      ? lines
      : [...lines.slice(0, half), `… ${lines.length - mostLines} more lines …`, ...lines.slice(-half)];
  const whole = few.join('\n');
  return whole.length <= mostCharacters
    ? whole
    : `${whole.slice(0, mostCharacters / 2)}\n… ${whole.length - mostCharacters} more characters …\n${whole.slice(-mostCharacters / 2)}`;
}
