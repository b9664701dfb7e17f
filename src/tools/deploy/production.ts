import { deployEffect } from '../../core/deploy/deploy-effects.ts';
import type { Deployment } from '../../core/deploy/deployment.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { approveInCall } from '../../core/tools/ask-in-call.ts';
import type { ToolScope } from '../../core/tools/tool.ts';

/** Where the user calls any of its names production, a person is asked once more. Throws `permission-denied` REFUSED. */
export async function confirmProduction(
  ports: Ports,
  scope: ToolScope,
  deployment: Deployment,
  way: 'apply' | 'rollback',
  signal: AbortSignal,
): Promise<void> {
  const name = productionName(deployment.plan.names, ports.policy().production);
  if (name === undefined) return;
  const what = way === 'apply' ? 'Deploy' : 'Roll back';
  const title = `Second question: ${name} is production. ${what} ${deployment.plan.target}`;
  if (await approveInCall(ports, scope, { title, effect: deployEffect(deployment, way, true) }, signal)) return;
  throw new MagusError(
    'permission-denied',
    `${name} is a production environment of the user, which is asked for twice, and the second answer was not yes. Nothing was run.`,
    { code: 'REFUSED' },
  );
}

/** The first of the names that is on the list, as a whole or in a part between `/`, `:` and `@`; case and a last dot do not count. */
export function productionName(names: readonly string[], listed: readonly string[]): string | undefined {
  const patterns = listed.map(
    (entry) => new RegExp(`^${entry.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')}$`, 'i'),
  );
  const spellings = (name: string): readonly string[] =>
    [name, ...name.split(/[/:@]+/)].map((part) => part.normalize('NFKC').replace(/\.+$/, ''));
  return names.find((name) => spellings(name).some((part) => patterns.some((pattern) => pattern.test(part))));
}
