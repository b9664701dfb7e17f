import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toMagusError } from '../core/errors/magus-error.ts';
import type { ConfiguredModels } from '../core/models/configured-models.ts';
import { sameModel } from '../core/models/same-model.ts';
import type { Ports } from '../core/ports.ts';
import { dataHome } from '../data-home.ts';
import { recognisedWords } from '../protocol/kind-words.ts';
import { parseRunOptions } from './options.ts';
import { withPorts } from './with-ports.ts';

type Finding = readonly [good: boolean, line: string];

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
    ...(await withPorts(async (ports) => [
      await examineSandbox(ports),
      await examineBrowser(ports),
      ...(await examineMemory(ports)),
    ])),
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

async function examineSandbox({ commands }: Ports): Promise<Finding> {
  const missing = await commands.sandboxMissing();
  return missing === undefined ? [true, 'Commands run in a sandbox'] : [false, missing];
}

async function examineBrowser({ browser }: Ports): Promise<Finding> {
  const missing = await browser.missing();
  return missing === undefined ? [true, 'There is a browser for tasks'] : [false, missing];
}

/** Each configured server: does it answer, does it keep what it is given, what still waits for it. */
async function examineMemory({ memory }: Ports): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name, kind, key, ...replica } of await memory.replicas()) {
    const signal = AbortSignal.timeout(5000);
    try {
      await replica.scan({ kinds: [kind], afterId: '', limit: 1 }, signal);
      for (const warning of await replica.warnings(signal)) findings.push([false, warning]);
      const { waiting } = await memory.store.changes({ key, kind, limit: 1 });
      findings.push([true, `${name} answers and keeps ${kind}s${waiting > 0 ? `; ${waiting} wait to be sent` : ''}`]);
    } catch (caught) {
      findings.push([false, `${name}: ${toMagusError(caught).message}`]);
    }
  }
  return findings;
}

async function examineModels(models: ConfiguredModels): Promise<readonly Finding[]> {
  return withPorts(async (_ports, desk) => {
    const endpoints = (await desk?.endpoints(AbortSignal.timeout(5000))) ?? [];
    const unknown = (desk?.groups() ?? []).flatMap(({ members }) =>
      members.filter(({ id }) => {
        const endpoint = endpoints.find(({ name }) => id.startsWith(`${name}/`));
        if (!endpoint || endpoint.fault !== undefined || endpoint.models.length === 0) return false;
        return endpoint.models.every((model) => !sameModel(id, model.id));
      }),
    );
    return [
      ...endpoints.map(({ name, baseURL = 'VS Code', models: served, fault, recognised }): Finding => {
        if (fault !== undefined) return [false, `${name}: ${fault}`];
        const more = recognised === undefined ? '' : `, ${recognisedWords(recognised)}`;
        return [true, `The model endpoint ${name} answers at ${baseURL}: ${served.length} models${more}`];
      }),
      ...unknown.map(
        ({ id }): Finding => [
          false,
          `${id}: its endpoint does not list that model. See what there is: openmagus models list`,
        ],
      ),
    ];
  }, models);
}

async function check(name: string, mend: string, probe: () => Promise<unknown>): Promise<readonly [boolean, string]> {
  try {
    await probe();
    return [true, name];
  } catch {
    return [false, `${name}: no. ${mend}`];
  }
}
