import type { Cell } from '../../../core/data-port.ts';
import { kept } from '../scan/held-values.ts';

const exactly = 1000;
/** The smallest hashes that are kept: their spread tells how many there are, within about 3 %. */
const smallest = 1024;

/** How many different values there are: exact up to a thousand, then estimated from the smallest hashes (Bar-Yossef and others, 2002). */
export function distinctEstimate(): { add(value: Cell): void; count(): number } {
  const values = new Set<Cell>();
  let hashes: Set<number> | undefined;
  let limit = 2 ** 32;
  const addHash = (value: Cell): void => {
    const hash = hashOf(value);
    if (hashes === undefined || hash >= limit) return;
    hashes.add(hash);
    if (hashes.size < 2 * smallest) return;
    hashes = new Set([...hashes].sort((left, right) => left - right).slice(0, smallest));
    limit = Math.max(...hashes);
  };
  return {
    add: (written) => {
      // Of a long text its hash is held, not the text.
      const long = typeof written === 'string' && written.length > 200;
      const value = long ? `${hashOf(written)}:${written.length}:${written.slice(0, 20)}` : written;
      if (hashes !== undefined) addHash(value);
      else if (!values.has(value)) {
        values.add(kept(value));
        if (values.size <= exactly) return;
        hashes = new Set();
        for (const each of values) addHash(each);
        values.clear();
      }
    },
    count: () => {
      if (hashes === undefined) return values.size;
      const sorted = [...hashes].sort((left, right) => left - right);
      if (sorted.length < smallest) return sorted.length;
      return Math.round((smallest - 1) / ((sorted[smallest - 1] ?? 1) / 2 ** 32));
    },
  };
}

/** FNV-1a with MurmurHash3's last mixing, which spreads it evenly. */
function hashOf(value: Cell): number {
  const text = String(value);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
