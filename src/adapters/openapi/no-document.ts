import type { ConfiguredApi } from '../../core/api/api-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';

export function noDocument({ name, spec }: ConfiguredApi, why: string): MagusError {
  return new MagusError('tool-failed', `The document of ${name} (${spec}) cannot be read. ${why}`, {
    code: 'NO_DOCUMENT',
  });
}
