import { MagusError } from '../errors/magus-error.ts';
import type { ApiOperation, Json } from './api-document.ts';
import type { WantedCall } from './api-port.ts';

/** What is wrong with a value, by lines. */
type FaultsOf = (schema: Json, value: unknown) => readonly string[];

/** Throws `tool-input` BAD_PARAMS with everything in a call that does not fit its operation. */
export function assertFits(operation: ApiOperation, { params, body }: WantedCall, faultsOf: FaultsOf): void {
  const faults = [...parameterFaults(operation, params, faultsOf), ...bodyFaults(operation, body, faultsOf)];
  if (faults.length > 0)
    throw new MagusError(
      'tool-input',
      `Nothing was sent: it does not fit ${operation.id}.\n${faults.slice(0, 20).join('\n')}\nMend it; api_describe shows what is wanted.`,
      { code: 'BAD_PARAMS' },
    );
}

function parameterFaults(
  { parameters }: ApiOperation,
  params: Readonly<Record<string, unknown>>,
  faultsOf: FaultsOf,
): readonly string[] {
  const names = parameters.map(({ name }) => name);
  const unknown = Object.keys(params).filter((name) => !names.includes(name));
  const faults = unknown.map((name) => `params.${name}: there is none; there are: ${names.join(', ') || 'none'}`);
  for (const { name, place, required, schema } of parameters) {
    const value = params[name];
    if (value === undefined) {
      if (required && place !== 'cookie') faults.push(`params.${name}: is missing`);
    } else for (const fault of faultsOf(schema, value)) faults.push(`params.${name}: ${fault}`);
  }
  return faults;
}

function bodyFaults({ body }: ApiOperation, given: unknown, faultsOf: FaultsOf): readonly string[] {
  if (!body) return given === undefined ? [] : ['body: this operation takes none'];
  if (given === undefined) return body.required ? ['body: is missing'] : [];
  const checked = /[/+]json\b|x-www-form-urlencoded/.test(body.type);
  return checked ? faultsOf(body.schema, given).map((fault) => `body: ${fault}`) : [];
}
