import { builtIn } from './built-in.js';

/** Random bytes in hexadecimal: names that nobody else takes. */
export function randomHex(bytes: number): string {
  return builtIn.crypto.randomBytes(bytes).toString('hex');
}

/** The beginning of the SHA-256 of something, in hexadecimal. */
export function digestHex(data: string | Uint8Array, characters: number): string {
  return builtIn.crypto.createHash('sha256').update(data).digest('hex').slice(0, characters);
}
