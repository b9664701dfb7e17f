import ipaddr from 'ipaddr.js';
import { MagusError } from '../errors/magus-error.ts';

/** What kind of place an address is; only `public` lies outside of the user's own networks. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'link-local' | 'metadata' | 'special';

/** Where clouds hand out keys to whoever asks; most of them lie among the link-local ones. */
const metadata = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
]);

/** Of an IP address in any spelling that the system takes; an IPv4 address inside an IPv6 one counts as what it is. */
export function addressKind(address: string): AddressKind {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return 'special';
  const parsed = inner(ipaddr.parse(bare));
  if (metadata.has(parsed.toString())) return 'metadata';
  switch (parsed.range()) {
    case 'unicast':
      return 'public';
    case 'loopback':
    case 'unspecified':
      // The system takes 0.0.0.0 for itself.
      return 'loopback';
    case 'linkLocal':
      return 'link-local';
    case 'private':
    case 'uniqueLocal':
    case 'carrierGradeNat':
      return 'private';
    default:
      return 'special';
  }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Mapped, translated (NAT64), 6to4 and IPv4-compatible addresses lead to the IPv4 address in them. */
function inner(address: Address): Address {
  if (address.kind() === 'ipv4') return address;
  const bytes = address.toByteArray();
  const v4 = (start: number): Address => ipaddr.fromByteArray(bytes.slice(start, start + 4));
  const zeros = (from: number, to: number): boolean => bytes.slice(from, to).every((byte) => byte === 0);
  if (zeros(0, 10) && bytes[10] === 0xff && bytes[11] === 0xff) return v4(12);
  if (zeros(0, 12) && !zeros(12, 15)) return v4(12);
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return v4(2);
  // Both the well-known prefix 64:ff9b::/96 and the local one 64:ff9b:1::/48.
  if (bytes[0] === 0 && bytes[1] === 0x64 && bytes[2] === 0xff && bytes[3] === 0x9b) return v4(12);
  return address;
}

/**
 * Whether a connection that was decided for `host` may go to `address`; the one place where that is said. A name leads outside,
 * or to a range of the list; `localhost` leads to this machine; an address leads to itself. Where clouds hand out keys, and
 * link-local places, only if the list names the address. Throws `permission-denied` with code BLOCKED_ADDRESS.
 */
export function assertDialable(host: string, address: string, listed: readonly string[]): void {
  const name = bareName(host);
  const kind = addressKind(address);
  if (isListed(address, listed)) return;
  if (kind === 'public') return;
  if (kind !== 'metadata' && kind !== 'link-local') {
    if (ipaddr.isValid(name) && sameAddress(name, address)) return;
    if (kind === 'loopback' && (name === 'localhost' || name.endsWith('.localhost'))) return;
  }
  throw new MagusError(
    'permission-denied',
    `${host} leads to ${address}, which is ${words[kind]}. If that is meant, the user can list the address itself under allowedHosts.`,
    { code: 'BLOCKED_ADDRESS' },
  );
}

/** For a server that the user configured: it may be anywhere but where clouds hand out keys. */
export function assertConfiguredDialable(host: string, address: string): void {
  const kind = addressKind(address);
  const named = ipaddr.isValid(host.replace(/^\[|\]$/g, ''));
  if (named || (kind !== 'metadata' && kind !== 'link-local')) return;
  throw new MagusError(
    'permission-denied',
    `${host} leads to ${address}, which is ${words[kind]}. Configure the address itself if that is meant.`,
    { code: 'BLOCKED_ADDRESS' },
  );
}

/**
 * For a memory server that the user configured by `configured`, and for where that server leads its clients: other nodes of a
 * cluster, the servers of a routing table. The first may be anywhere but where clouds hand out keys; the others lie outside, or
 * where the first one was found. Throws `memory-unavailable` with code BLOCKED_ADDRESS.
 */
export function memoryServerDials(configured: string): MemoryServerDials {
  const own = bareName(configured);
  let ownKind: AddressKind = 'public';
  let refusal: MagusError | undefined;
  const isFine = (host: string, kind: AddressKind): boolean => {
    if (bareName(host) !== own)
      return kind === 'public' || kind === ownKind || (kind === 'private' && ownKind === 'loopback');
    ownKind = kind;
    return ipaddr.isValid(own) || (kind !== 'metadata' && kind !== 'link-local');
  };
  return {
    check: (host, address) => {
      const kind = addressKind(address);
      if (isFine(host, kind)) return;
      refusal = new MagusError(
        'memory-unavailable',
        `${host} leads to ${address}, which is ${words[kind]}. Nothing was sent there. Name the address itself in memory.json if that is meant.`,
        { code: 'BLOCKED_ADDRESS' },
      );
      throw refusal;
    },
    watch: () => {
      const before = refusal;
      return () => (refusal === before ? undefined : refusal);
    },
  };
}

export interface MemoryServerDials {
  readonly check: (host: string, address: string) => void;
  /** Begins to watch; answers what was refused last since then: clients keep to themselves why they gave up. */
  readonly watch: () => () => MagusError | undefined;
}

function bareName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

const words: Readonly<Record<AddressKind, string>> = {
  public: 'a public address',
  loopback: 'this machine',
  private: 'an address of a private network',
  'link-local': 'a link-local address',
  metadata: 'where clouds hand out keys',
  special: 'no ordinary address',
};

/** By the address itself ("10.1.2.3") or a range ("10.0.0.0/8") of the list. */
function isListed(address: string, listed: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = inner(ipaddr.parse(address));
  return listed.some((entry) => {
    if (ipaddr.isValid(entry)) return sameAddress(entry, address);
    if (!ipaddr.isValidCIDR(entry)) return false;
    const [range, bits] = ipaddr.parseCIDR(entry);
    return range.kind() === parsed.kind() && parsed.match(range, bits);
  });
}

function sameAddress(one: string, other: string): boolean {
  return inner(ipaddr.parse(one)).toNormalizedString() === inner(ipaddr.parse(other)).toNormalizedString();
}

/** What a call may connect to, parsed once: what is decided on and what is dialled. Throws `tool-input` BAD_URL. */
export function parseWebAddress(text: string): URL {
  const url = URL.parse(text.trim());
  const fault =
    url === null || /\p{Cc}/u.test(text.trim())
      ? 'is not a web address'
      : url.protocol !== 'http:' && url.protocol !== 'https:'
        ? 'is neither http nor https'
        : url.username !== '' || url.password !== ''
          ? 'has a user name or password in it; use auth'
          : undefined;
  if (url !== null && fault === undefined) return url;
  throw new MagusError(
    'tool-input',
    `${JSON.stringify(text.slice(0, 200))} ${fault}. Give a whole address, such as https://example.com/path.`,
    {
      code: 'BAD_URL',
    },
  );
}
