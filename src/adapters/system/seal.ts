import { createCipheriv, createDecipheriv, createHmac, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Seal } from '../../core/memory/seal.ts';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const headBytes = ivBytes + tagBytes;

/** AES-256-GCM with a fresh nonce for each text, signs by HMAC-SHA256. The key may be a passphrase that people share. */
export async function sealOf(key: string): Promise<Seal> {
  const keys = await derive(key, 'openmagus memory', 64);
  const sealing = keys.subarray(0, 32);
  const signing = keys.subarray(32);
  return {
    close: (text, place) => {
      const nonce = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, sealing, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open: (sealed, place) => {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < headBytes) return undefined;
      const nonce = bytes.subarray(0, ivBytes);
      const cipher = createDecipheriv(algorithm, sealing, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(ivBytes, headBytes));
      try {
        return cipher.update(bytes.subarray(headBytes), undefined, 'utf8') + cipher.final('utf8');
      } catch {
        return undefined;
      }
    },
    sign: (text) => createHmac('sha256', signing).update(text).digest('hex').slice(0, signLength),
  };
}

const derive = promisify<string, string, number, Buffer>(scrypt);
/** 64 bits: words of a lifetime do not meet by chance. */
const signLength = 16;
