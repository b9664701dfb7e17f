import { MagusError, toMagusError } from '../core/errors/magus-error.ts';
import type { ModelDesk } from '../core/models/model-desk.ts';
import { recognisedWords } from '../protocol/kind-words.ts';
import type { DeploymentPicture, EndpointPicture, GroupPicture } from '../protocol/model-picture.ts';
import { parseRunOptions } from './options.ts';
import { printable } from './printable.ts';
import { exitCodes } from './report.ts';
import { withPorts } from './with-ports.ts';

type Subcommand = (desk: ModelDesk, id: string | undefined, json: boolean) => Promise<number>;

const subcommands: Readonly<Record<string, Subcommand>> = { list, test, load, unload };
const askMs = 10_000;

/** `openmagus models list|test|load|unload [ID]`: what is configured, what is there, what answers. */
export async function models(words: readonly string[]): Promise<number> {
  const options = parseRunOptions(words);
  const [name = 'list', id] = options.words;
  const subcommand = subcommands[name];
  if (!subcommand)
    throw new MagusError(
      'user-input',
      `models ${name} is not known. There are: ${Object.keys(subcommands).join(', ')}`,
    );
  return withPorts(async (_ports, desk) => {
    if (!desk)
      throw new MagusError(
        'configuration',
        'No model is configured. Name one: openmagus models list --config FILE, or --model-url URL --model NAME',
        { code: 'NO_MODEL' },
      );
    return subcommand(desk, id, options.json);
  }, options.models);
}

async function list(desk: ModelDesk, _id: string | undefined, json: boolean): Promise<number> {
  const endpoints = await desk.endpoints(AbortSignal.timeout(askMs));
  const groups = desk.groups();
  if (json) print(JSON.stringify({ groups, endpoints }));
  else for (const line of [...groups.flatMap(groupLines), ...endpoints.flatMap(endpointLines)]) print(line);
  return endpoints.some(({ fault }) => fault !== undefined) ? exitCodes.failed : exitCodes.done;
}

/** One deployment, or all of them one after the other. */
async function test(desk: ModelDesk, id: string | undefined, json: boolean): Promise<number> {
  const configured = [...new Set(desk.groups().flatMap(({ members }) => members.map((member) => member.id)))];
  let failed = false;
  for (const each of id === undefined ? configured : [id]) {
    try {
      const { durationMs } = await desk.test(each, AbortSignal.timeout(6 * askMs));
      print(json ? JSON.stringify({ id: each, ok: true, durationMs }) : `✓ ${each} answered in ${durationMs} ms`);
    } catch (thrown) {
      failed = true;
      const { message, code } = toMagusError(thrown);
      print(json ? JSON.stringify({ id: each, ok: false, code, message }) : `✗ ${each}: ${message}`);
    }
  }
  return failed ? exitCodes.failed : exitCodes.done;
}

function load(desk: ModelDesk, id: string | undefined): Promise<number> {
  return untilInterrupted(async (signal) => {
    await desk
      .load(named(id), progressLine(), signal)
      .finally(() => process.stdout.write(process.stdout.isTTY ? '\n' : ''));
    print(`${id} is loaded.`);
  });
}

function unload(desk: ModelDesk, id: string | undefined): Promise<number> {
  return untilInterrupted(async (signal) => {
    await desk.unload(named(id), signal);
    print(`${id} is unloaded.`);
  });
}

async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort();
  process.once('SIGINT', interrupt);
  try {
    await work(cancel.signal);
    return exitCodes.done;
  } catch (thrown) {
    if (cancel.signal.aborted) return exitCodes.cancelled;
    throw thrown;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** On a terminal one line that changes; elsewhere each new word once, without the seconds. */
function progressLine(): (words: string) => void {
  let last = '';
  return (words) => {
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${printable(words)}`);
    const lasting = words.replace(/[:,] \d+ s$/, '');
    if (!process.stdout.isTTY && lasting !== last) print(lasting);
    last = lasting;
  };
}

function named(id: string | undefined): string {
  if (id !== undefined) return id;
  throw new MagusError('user-input', 'Which model? Its name is endpoint/model; see: openmagus models list');
}

function groupLines({ name, roles, members }: GroupPicture): readonly string[] {
  return [`${name}${roles.length > 0 ? ` (${roles.join(', ')})` : ''}`, ...members.map(memberLine)];
}

function memberLine({ id, order, weight, contextTokens, price, reason }: DeploymentPicture): string {
  const parts = [
    `order ${order}${weight === 1 ? '' : `, weight ${weight}`}`,
    `${contextTokens} tokens`,
    price ? `$${price.input} in, $${price.output} out a million` : 'price not known',
    ...(reason === undefined ? [] : [reason]),
  ];
  return `  ${id}: ${parts.join(' · ')}`;
}

function endpointLines(endpoint: EndpointPicture): readonly string[] {
  const { name, kind, baseURL, models: served, fault, recognised } = endpoint;
  const about = [kind, baseURL, recognised && recognisedWords(recognised)].filter((word) => word !== undefined);
  return [
    `${fault === undefined ? '✓' : '✗'} ${name} (${about.join(', ')})`,
    ...(fault === undefined ? [] : [`  ${fault}`]),
    ...served.map((model) => {
      const parts = [
        ...(model.loaded === undefined ? [] : [model.loaded ? 'loaded' : 'not loaded']),
        ...(model.sizeBytes === undefined ? [] : [`${(model.sizeBytes / 1e9).toFixed(1)} GB`]),
        ...(model.contextTokens === undefined ? [] : [`${model.contextTokens} tokens`]),
      ];
      return `  ${model.name}${parts.length > 0 ? `: ${parts.join(' · ')}` : ''}`;
    }),
  ];
}

function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}
