/** Texts that become bytes one after the other, in memory that is used again for the next ones. */

export interface ByteSink {
  /** `isAscii`: it is known to have no other characters, and is written faster. */
  write(text: string, isAscii: boolean): void;
}

/** Of three full pages of rows. */
const KEPT_BYTES = 1024 * 1024;
const MOST_BYTES_OF_CHARACTER = 3;

/** Fresh memory has to be found by the system, page by page, which takes longer than to copy what was written. */
let kept: Buffer | null = null;

/** What `fill` writes. */
export function collectBytes(fill: (sink: ByteSink) => void): Buffer {
  let bytes = kept ?? Buffer.allocUnsafeSlow(KEPT_BYTES);
  // Whoever fills one while another is filled gets memory of its own.
  kept = null;
  let at = 0;
  fill({
    write(text, isAscii) {
      const needed = at + text.length * MOST_BYTES_OF_CHARACTER;
      if (needed > bytes.length) bytes = larger(bytes, at, needed);
      at += bytes.write(text, at, isAscii ? 'latin1' : 'utf8');
    },
  });
  if (bytes.length === KEPT_BYTES) kept = bytes;
  return Buffer.from(bytes.subarray(0, at));
}

function larger(bytes: Buffer, used: number, needed: number) {
  const more = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, needed));
  bytes.copy(more, 0, 0, used);
  return more;
}
