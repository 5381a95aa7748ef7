/** Answers as they are sent, bounded in bytes: what was not asked for longest goes first. */
import type { Reads } from '../../services/tracked-reads.js';

export interface KeptAnswer {
  /** A text, when it is so short that it is sent in one piece with the headers. */
  readonly body: Buffer | string;
  /** What it was made of. */
  readonly reads: Reads;
}

export interface AnswerCache {
  get(key: string): KeptAnswer | undefined;
  set(key: string, answer: KeptAnswer): void;
}

/** What an entry takes beside its body and its key: two maps, and some 100 bytes for each name. */
const ENTRY_BYTES = 500;
const NAME_BYTES = 100;
/** Everything beside it would have to go for it. */
const MOST_SHARE = 0.1;

export function createAnswerCache(mostBytes: number): AnswerCache {
  const kept = new Map<string, KeptAnswer>();
  let bytes = 0;
  const remove = (key: string): void => {
    const answer = kept.get(key);
    if (!answer) return;
    kept.delete(key);
    bytes -= sizeOf(key, answer);
  };
  return {
    get(key) {
      const answer = kept.get(key);
      if (!answer) return undefined;
      kept.delete(key);
      kept.set(key, answer);
      return answer;
    },
    set(key, answer) {
      remove(key);
      const size = sizeOf(key, answer);
      if (size > mostBytes * MOST_SHARE) return;
      kept.set(key, answer);
      bytes += size;
      for (const oldest of kept.keys()) {
        if (bytes <= mostBytes) break;
        remove(oldest);
      }
    },
  };
}

function sizeOf(key: string, { body, reads }: KeptAnswer): number {
  const names = reads.executions.size + reads.oauthClients.size + reads.users.size;
  return body.length + key.length * 2 + ENTRY_BYTES + names * NAME_BYTES;
}
