import assert from 'node:assert/strict';
import type { Driver } from 'neo4j-driver';
import { guardDials } from '../../../../src/adapters/neo4j/guard-dials.ts';
import type { Lookup } from '../../../../src/core/security/guarded-lookup.ts';

describe('dialling a Neo4j server', () => {
  it('goes on to the next address of a name when nobody listens at the first', async () => {
    const dialled: string[] = [];
    const provider = {
      _createChannelConnection: async (address: { resolved?: string }) => {
        dialled.push(address.resolved ?? '');
        if (address.resolved === '::1') throw new Error('refused');
        return 'connected';
      },
    };
    const found = [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    const lookup = ((_host: string, _options: unknown, done: (error: null, all: unknown) => void) =>
      done(null, found)) as unknown as Lookup;
    guardDials(
      { _getOrCreateConnectionProvider: () => provider } as unknown as Driver,
      'bolt://localhost:7687',
      lookup,
    );
    const address = { host: () => 'localhost', resolveWith: (resolved: string) => ({ ...address, resolved }) };
    assert.equal(await provider._createChannelConnection(address as never), 'connected');
    assert.deepEqual(dialled, ['::1', '127.0.0.1']);
  });
});
