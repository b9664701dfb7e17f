import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConfiguredModels } from '../core/models/configured-models.ts';
import { dataHome } from '../data-home.ts';
import { parseRunOptions } from './options.ts';
import { withPorts } from './with-ports.ts';

/** `openmagus doctor`: what is there, what answers, what is missing and the command that mends it. */
export async function doctor(words: readonly string[]): Promise<number> {
  const { models } = parseRunOptions(words);
  const rows = [
    [true, `Node ${process.versions.node}`],
    [true, `Data in ${dataHome()}`],
    await check('The journal opens', 'Look at the message above; a damaged file was set aside.', () =>
      withPorts((ports) => ports.log.tasks({ limit: 1 })),
    ),
    await check(
      'ripgrep',
      'Searching works without it, more slowly. Install it with your package manager (ripgrep).',
      () => promisify(execFile)('rg', ['--version']),
    ),
    ...(models
      ? await examineModels(models)
      : [
          [
            false,
            'No model is configured. Name one: openmagus doctor --model-url URL --model NAME [--api-key-env VAR], or --config FILE',
          ] as const,
        ]),
  ] as const;
  for (const [good, line] of rows) process.stdout.write(`${good ? '✓' : '✗'} ${line}\n`);
  return 0;
}

function examineModels({ configuration }: ConfiguredModels) {
  const endpoints = Object.entries(configuration.endpoints).map(async ([name, { baseURL }]) =>
    baseURL === undefined
      ? ([false, `${name}: VS Code's own models answer in VS Code only.`] as const)
      : check(`The model endpoint ${name} answers at ${baseURL}`, 'Start the server, or mend the address.', () =>
          answers(baseURL),
        ),
  );
  return Promise.all(endpoints);
}

async function check(name: string, mend: string, probe: () => Promise<unknown>): Promise<readonly [boolean, string]> {
  try {
    await probe();
    return [true, name];
  } catch {
    return [false, `${name}: no. ${mend}`];
  }
}

/** Any HTTP answer will do: also a 401 shows that a server is there. */
async function answers(baseURL: string): Promise<void> {
  await fetch(`${baseURL.replace(/\/$/, '')}/models`, { signal: AbortSignal.timeout(3000), redirect: 'manual' });
}
