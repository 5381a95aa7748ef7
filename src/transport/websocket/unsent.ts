/**
 * What waits in the process to be sent to one WebSocket. A client may have many operations and read none of their
 * results: those of subscriptions wait for their turn, so that each holds its latest state alone, and a client that has
 * asked for more than it reads is closed.
 */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import type { WebSocket } from 'ws';

export interface Unsent {
  /** Settles when one more result may be handed over, or the socket is not open any more; undefined: at once. */
  room(): Promise<void> | undefined;
  /** Closes the socket when too much waits already. */
  check(): void;
}

/** Results of subscriptions wait above this. A ping waits behind it, so a link of 90 KB/s answers in time. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** Above this a client that asks for more, or has, is closed: forty of the largest pages, and far below what hurts a process. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Only while a client is slow. */
const LOOK_AGAIN_MS = 5;
/** For the client to read why, behind all that waits; it may not. */
const CLOSE_WAIT_MS = 5_000;
/** Stock clients come back after it, and are told the latest state. */
const CLOSE_TRY_AGAIN_LATER = 1013;
const TOO_SLOW = 'Too much is waiting to be read';

/** @param onTooSlow called once, when the client is closed */
export function limitUnsent(socket: WebSocket, onTooSlow: () => void = () => {}): Unsent {
  const waiting: (() => void)[] = [];

  async function serve(): Promise<void> {
    while (waiting.length > 0) {
      const full = socket.readyState === socket.OPEN && socket.bufferedAmount > HIGH_WATER_BYTES;
      if (full) await delay(LOOK_AGAIN_MS);
      else {
        waiting.shift()?.();
        // It is counted once it has been handed over.
        await nextTurn();
      }
    }
  }

  const check = () => {
    if (socket.readyState !== socket.OPEN || socket.bufferedAmount <= MAX_BYTES) return;
    closeTooSlow(socket);
    onTooSlow();
  };
  socket.on('message', check).on('ping', check);
  return {
    check,
    room() {
      if (waiting.length === 0 && socket.bufferedAmount <= HIGH_WATER_BYTES) return undefined;
      return new Promise((resolve) => {
        if (waiting.push(resolve) === 1) void serve();
      });
    },
  };
}

function closeTooSlow(socket: WebSocket): void {
  socket.close(CLOSE_TRY_AGAIN_LATER, TOO_SLOW);
  const end = setTimeout(() => socket.terminate(), CLOSE_WAIT_MS);
  socket.once('close', () => clearTimeout(end));
}
