import assert from 'node:assert/strict';
import {
  addressKind,
  assertConfiguredDialable,
  assertDialable,
  memoryServerDials,
  parseWebAddress,
} from '../../../../src/core/security/egress.ts';

const blocked = { kind: 'permission-denied', code: 'BLOCKED_ADDRESS' };

describe('where a connection may lead', () => {
  for (const [address, kind] of [
    ['93.184.216.34', 'public'],
    ['2606:2800:220:1::1', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.1.2', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['::', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fc00::1', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b:1::a00:1', 'private'],
    ['2002:a00:1::', 'private'],
    ['2002:7f00:1::', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['2001::1', 'special'],
    ['192.0.2.1', 'special'],
    ['198.18.0.1', 'special'],
    ['224.0.0.1', 'special'],
    ['255.255.255.255', 'special'],
    ['240.0.0.1', 'special'],
    ['no address', 'special'],
  ] as const)
    it(`${address} is ${kind}`, () => assert.equal(addressKind(address), kind));

  it('is outside for a name, whatever its servers answer', () => {
    assertDialable('example.com', '93.184.216.34', []);
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::ffff:10.0.0.1', '64:ff9b::a00:1', '::1'])
      assert.throws(() => assertDialable('example.com', address, ['example.com', '*.com']), blocked);
  });

  it('is itself for an address that was decided on, in whatever spelling', () => {
    assertDialable('127.0.0.1', '127.0.0.1', []);
    assertDialable('[::1]', '::1', []);
    assertDialable('10.0.0.5', '10.0.0.5', []);
    assert.throws(() => assertDialable('10.0.0.5', '10.0.0.6', []), blocked);
    assert.throws(() => assertDialable('169.254.169.254', '169.254.169.254', []), blocked);
    assertDialable('169.254.169.254', '169.254.169.254', ['169.254.169.254']);
  });

  it('is this machine for localhost, and nothing else', () => {
    assertDialable('localhost', '127.0.0.1', []);
    assertDialable('app.localhost', '::1', []);
    assert.throws(() => assertDialable('localhost', '10.0.0.1', []), blocked);
    assert.throws(() => assertDialable('localhost.evil.com', '127.0.0.1', []), blocked);
  });

  it('is a range that the user listed', () => {
    assertDialable('intranet.example', '10.1.2.3', ['10.0.0.0/8']);
    assert.throws(() => assertDialable('intranet.example', '172.16.0.1', ['10.0.0.0/8']), blocked);
  });

  it('is anywhere for a configured server, but not where clouds hand out keys', () => {
    for (const address of ['127.0.0.1', '10.0.0.1', '93.184.216.34'])
      assertConfiguredDialable('models.example', address);
    assert.throws(() => assertConfiguredDialable('models.example', '169.254.169.254'), blocked);
  });

  it('of a memory server: anywhere but where clouds hand out keys, and its other nodes outside or where it is itself', () => {
    const refuses = (configured: string, ...dials: readonly (readonly [string, string])[]) => {
      const { check, watch } = memoryServerDials(configured);
      const refused = watch();
      for (const [host, address] of dials.slice(0, -1)) check(host, address);
      const [host = '', address = ''] = dials.at(-1) ?? [];
      try {
        check(host, address);
      } catch (error) {
        assert.equal(refused(), error);
        assert.equal(watch()(), undefined, 'one of before explains nothing');
        return (error as { readonly code: string }).code === 'BLOCKED_ADDRESS';
      }
      return refused() !== undefined;
    };
    for (const address of ['127.0.0.1', '10.1.2.3', '8.8.8.8', '::1'])
      assert.ok(!refuses('redis.example', ['redis.example', address]), address);
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fe80::1',
      'fd00:ec2::254',
      '64:ff9b::a9fe:a9fe',
    ])
      assert.ok(refuses('redis.example', ['REDIS.example.', '10.0.0.1'], ['redis.example', address]), address);
    assert.ok(!refuses('169.254.10.1', ['169.254.10.1', '169.254.10.1']), 'named itself');
    assert.ok(!refuses('[fe80::1]', ['fe80::1', 'fe80::1']));
    const node = (own: string, other: string) => refuses('c.example', ['c.example', own], ['node', other]);
    assert.ok(node('8.8.8.8', '127.0.0.1'));
    assert.ok(node('8.8.8.8', '10.0.0.7'));
    assert.ok(node('10.0.0.1', '127.0.0.1'));
    assert.ok(node('10.0.0.1', '169.254.169.254'));
    assert.ok(!node('10.0.0.1', '10.0.0.7') && !node('10.0.0.1', '8.8.8.8') && !node('127.0.0.1', '10.0.0.7'));
  });
});

describe('an address of the web', () => {
  it('is parsed once, and refused where two readers would differ', () => {
    assert.equal(parseWebAddress(' https://EXAMPLE.com:443/a?b ').href, 'https://example.com/a?b');
    assert.equal(parseWebAddress('http://0x7f.1/').hostname, '127.0.0.1');
    for (const text of [
      'example.com',
      'file:///etc/passwd',
      'ftp://a',
      'https://a\0b',
      'https://a@b/',
      'https://u:p@b/',
      'javascript:1',
      '',
    ])
      assert.throws(() => parseWebAddress(text), { code: 'BAD_URL' }, text);
  });
});
