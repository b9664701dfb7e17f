import { lookup as systemLookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { MemoryServerDials } from '../../core/security/egress.ts';
import { guardedLookup, type Lookup } from '../../core/security/guarded-lookup.ts';

type ConnectorClass = NonNullable<RedisOptions['Connector']>;

/** How ioredis connects, to one server or each node of a cluster: the address is looked at when it is dialled. */
export function guardedConnector(
  { check }: Pick<MemoryServerDials, 'check'>,
  lookup: Lookup = systemLookup as unknown as Lookup,
): ConnectorClass {
  const guarded = guardedLookup(lookup, check) as unknown as LookupFunction;
  class GuardedConnector extends AbstractConnector {
    readonly options: RedisOptions;
    constructor(options: RedisOptions) {
      super(options.disconnectTimeout ?? 2000);
      this.options = options;
    }
    async connect(): Promise<Socket | TLSSocket> {
      const { host = 'localhost', port = 6379, tls } = this.options;
      this.connecting = true;
      // An address is never looked up, so it is looked at here.
      if (isIP(host) !== 0) check(host, host);
      const place = { host, port, lookup: guarded };
      // Servers that share an address tell by it who is meant.
      const name = isIP(host) === 0 ? { servername: host } : {};
      const stream = tls ? connectTls({ ...place, ...name, ...(tls as ConnectionOptions) }) : connect(place);
      this.stream = stream;
      stream.once('error', (error) => {
        this.firstError = error;
      });
      return stream;
    }
  }
  return GuardedConnector as unknown as ConnectorClass;
}
