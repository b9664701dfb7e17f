import type { ConfiguredApi } from '../../core/api/api-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';

/** The API of that name, or the only one. Throws `tool-input` NO_API. */
export async function wantedApi({ apis }: Pick<Ports, 'apis'>, name: string | undefined): Promise<ConfiguredApi> {
  const { apis: all, faults } = await apis.list();
  const found = name === undefined && all.length === 1 ? all[0] : all.find((each) => each.name === name);
  if (found) return found;
  const names = all.map((each) => each.name).join(', ');
  const known =
    names === '' ? 'None is configured; the user can name some in the setting openmagus.apis.' : `There are: ${names}.`;
  const said = name === undefined ? 'Say which API is meant.' : `There is no API ${name}.`;
  throw new MagusError('tool-input', [`${said} ${known}`, ...faults].join('\n'), { code: 'NO_API' });
}
