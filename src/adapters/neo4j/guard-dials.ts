import { lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import type { Driver } from 'neo4j-driver';
import { MagusError } from '../../core/errors/magus-error.ts';
import { type MemoryServerDials, memoryServerDials } from '../../core/security/egress.ts';
import { type FoundAddress, guardedLookup, type Lookup } from '../../core/security/guarded-lookup.ts';

interface ServerAddress {
  host(): string;
  resolveWith(address: string): ServerAddress;
}
type Dial = (address: ServerAddress, ...more: readonly unknown[]) => Promise<unknown>;
interface Provider {
  _createChannelConnection: Dial;
}

/**
 * Has the driver look at each address when it dials it, of the server and of all that its routing tables name: the name is
 * looked up here, once, and what was looked at is dialled; certificates are still held against the name. The driver offers no
 * place for that in its options; where its insides have changed, it is not used at all.
 */
export function guardDials(
  driver: Driver,
  server: string,
  lookup: Lookup = systemLookup as unknown as Lookup,
): Pick<MemoryServerDials, 'watch'> {
  const { check, watch } = memoryServerDials(new URL(server).hostname);
  const guarded = guardedLookup(lookup, check);
  const provider = providerOf(driver);
  const dial = provider._createChannelConnection.bind(provider);
  provider._createChannelConnection = async (address, ...more) => {
    const host = address.host().replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) check(host, host);
    const found = isIP(host) === 0 ? await addressesOf(host, guarded) : [host];
    let failure: unknown;
    // "localhost" may lead to ::1 first, where nobody listens.
    for (const each of found) {
      try {
        return await dial(address.resolveWith(each), ...more);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
  return { watch };
}

function addressesOf(host: string, lookup: Lookup): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error) return reject(error);
      resolve((found as readonly FoundAddress[]).map(({ address }) => address));
    });
  });
}

function providerOf(driver: Driver): Provider {
  const open: unknown = Reflect.get(driver, '_getOrCreateConnectionProvider');
  const provider: unknown = typeof open === 'function' ? open.call(driver) : undefined;
  if (typeof (provider as Partial<Provider> | undefined)?._createChannelConnection === 'function')
    return provider as Provider;
  throw new MagusError('internal', 'This version of neo4j-driver cannot be kept from dialling where it must not.');
}
