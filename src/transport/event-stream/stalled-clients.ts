/**
 * Notices clients that take nothing any more of what they are sent: gone without a word, or never reading. What counts is
 * progress: whoever takes a little of what waits is slow and stays, whoever takes nothing of it for a whole keepalive
 * is given up. A silent stream has a heartbeat that waits.
 */
import type { Socket } from 'node:net';

import { readUnacknowledged } from './unacknowledged.js';

export interface StalledClients {
  /** `onStalled` is called once. The function that it gives ends the watch. */
  watch(socket: Socket, onStalled: () => void): () => void;
}

interface Watched {
  readonly socket: Socket;
  readonly onStalled: () => void;
  /** Bytes that the client is known to have; only rises. */
  taken: number;
  /** Looks in a row that found bytes waiting and none taken. */
  looks: number;
}

/** A look every third of a keepalive: with the heartbeat (two thirds of one) a client is given up within two. */
const LOOKS_IN_A_KEEPALIVE = 3;

export function createStalledClients(keepAliveMs: number): StalledClients {
  /** One socket may have several: answers to requests that were sent at once. */
  const clients = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    // Before the table is read: what is written meanwhile would look as if it had been taken.
    const looked = [...clients].map((watched) => ({ watched, ...sentTo(watched.socket) }));
    const unacknowledged = await readUnacknowledged(looked[0]?.watched.socket.localPort ?? 0);
    for (const { watched, written, queued } of looked) {
      if (!clients.has(watched)) continue;
      const unseen = unacknowledged.get(watched.socket.remotePort ?? 0);
      // A table that changes while it is read may lack a line: that is no sign of life.
      if (unseen === undefined && unacknowledged.size > 0) continue;
      // What is only in part with the kernel counts twice here, so that `taken` is never too high.
      const waiting = queued + (unseen ?? 0);
      note(watched, written - waiting, waiting);
      if (watched.looks > LOOKS_IN_A_KEEPALIVE) watched.onStalled();
    }
  }

  return {
    watch(socket, onStalled) {
      const watched: Watched = { socket, onStalled, taken: 0, looks: 0 };
      clients.add(watched);
      // One for all: the kernel's table is read once, however many streams there are.
      timer ??= setInterval(() => void look(), keepAliveMs / LOOKS_IN_A_KEEPALIVE).unref();
      return () => {
        clients.delete(watched);
        if (clients.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

function sentTo({ bytesWritten, writableLength }: Socket): { written: number; queued: number } {
  return { written: bytesWritten, queued: writableLength };
}

function note(watched: Watched, taken: number, waiting: number): void {
  watched.looks = waiting === 0 || taken > watched.taken ? 0 : watched.looks + 1;
  watched.taken = Math.max(watched.taken, taken);
}
