/**
 * One event stream on its way to its client. Nothing piles up for a client that reads slowly: the next result is asked
 * for when the one before has left the process, and heartbeats are left out while something waits.
 */
import type { ServerResponse } from 'node:http';

/** Lets one result at a time pass, from the source of a stream to its writer. */
export interface Turns {
  /** Settles when the result before has been written, or when the stream is over. */
  take(): Promise<void>;
  /** A result has been written. */
  free(): void;
  /** The stream is over: nobody waits any longer. */
  end(): void;
}

/** As `graphql-sse` prints it. */
const RESULT = 'event: next';
const HEARTBEAT = ':\n\n';
/** A client that reads slowly shows that it reads at all whenever it has taken so much. */
const PIECE_BYTES = 32 * 1024;

export function createTurns(): Turns {
  let taken = false;
  let over = false;
  let wakeUp = () => {};
  return {
    async take() {
      while (taken && !over) await new Promise<void>((resolve) => (wakeUp = resolve));
      taken = true;
    },
    free() {
      taken = false;
      wakeUp();
    },
    end() {
      over = true;
      wakeUp();
    },
  };
}

/** Writes a stream until one side ends it. `heartbeatMs`: proxies give up on silent connections. */
export async function writeEventStream(
  body: AsyncGenerator<string, void, undefined>,
  response: ServerResponse,
  turns: Turns,
  heartbeatMs: number,
): Promise<void> {
  const leave = () => {
    turns.end();
    void body.return();
  };
  response.once('close', leave).on('error', leave);
  // It may have left while the operation was prepared: then nothing would ever end the stream.
  if (response.closed) leave();
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(HEARTBEAT);
  }, heartbeatMs);
  try {
    for await (const chunk of body) {
      if (response.destroyed) break;
      await write(response, chunk);
      if (chunk.startsWith(RESULT)) turns.free();
    }
  } finally {
    clearInterval(heartbeat);
    turns.end();
    response.end();
  }
}

async function write(response: ServerResponse, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length && !response.destroyed; from += PIECE_BYTES) {
    if (!response.write(bytes.subarray(from, from + PIECE_BYTES))) await drained(response);
  }
}

/** Settles when the client has taken what was written, or has left; leaves no listener behind. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
}
