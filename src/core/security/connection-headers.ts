import { MagusError } from '../errors/magus-error.ts';

/** Where a request ends and what becomes of its connection: nobody but the web client says that. */
export function isConnectionHeader(name: string): boolean {
  return /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive)$/i.test(name);
}

/** Throws `tool-input` BAD_HEADER for the first of the headers that may not be set. */
export function assertHeaders(headers: Readonly<Record<string, string>>, isRefused: (name: string) => boolean): void {
  const refused = Object.keys(headers).find(isRefused);
  if (refused !== undefined)
    throw new MagusError('tool-input', `The header ${refused} cannot be set. Leave it out.`, { code: 'BAD_HEADER' });
}
