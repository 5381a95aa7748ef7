import { createHash } from 'node:crypto';

// looked up once: this is the hot path, and inside a vm context (jest) every global costs a detour
const { imul } = Math;

/** A 32-bit hash of up to four numbers: the same numbers always give the same hash, in any order of asking. */
export function hashNumbers(a: number, b = 0, c = 0, d = 0): number {
  let hash = mix(a ^ 0x9e3779b9);
  hash = mix(hash ^ imul(b, 0x85ebca6b));
  hash = mix(hash ^ imul(c, 0xc2b2ae35));
  return mix(hash ^ imul(d, 0x27d4eb2f));
}

function mix(value: number): number {
  let hash = value | 0;
  hash = imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A 32-bit hash of a string. */
export function hashText(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

/** Turns a 32-bit hash into a share: at least 0, below 1. */
export function toShare(hash: number): number {
  return hash / 0x1_0000_0000;
}

/** A stream of shares that depends on the seed alone. */
export function createRandom(seed: string): () => number {
  const base = hashText(seed);
  let count = 0;
  return () => toShare(hashNumbers(base, count++));
}

/** A well-formed UUID that depends on the name alone. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
