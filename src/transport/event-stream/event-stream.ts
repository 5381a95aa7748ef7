/**
 * One event stream on its way to its client. Nothing piles up for a client that reads slowly: the next result is asked
 * for when the one before has left the process, and heartbeats are left out while something waits.
 */
import type { ServerResponse } from 'node:http';

import type { ResultSink } from '../delivery/delivery.js';
import type { SerializedResult } from '../delivery/serialized-result.js';

const HEARTBEAT = ':\n\n';
/** A client that reads slowly shows that it reads at all whenever it has taken so much. */
const PIECE_BYTES = 32 * 1024;

/** What is written to one event stream, one thing after the other, none before the response has begun. */
export class EventWriter implements ResultSink {
  #response: ServerResponse | null = null;
  readonly #opened = Promise.withResolvers<void>();
  /** What is being written; the next waits for it. */
  #writing: Promise<void> | null = null;

  /** The stream's beginning has been written: results may follow. */
  open(response: ServerResponse): void {
    this.#response = response;
    this.#opened.resolve();
  }

  room(): Promise<void> | undefined {
    return this.#response ? undefined : this.#opened.promise;
  }

  write({ event }: SerializedResult, onLeft: () => void): void {
    if (this.#response) void this.text(this.#response, event).then(onLeft);
    else onLeft();
  }

  /** Settles when the client has taken it, or has left. */
  async text(response: ServerResponse, bytes: Buffer): Promise<void> {
    while (this.#writing) await this.#writing;
    this.#writing = write(response, bytes);
    await this.#writing;
    this.#writing = null;
  }

  /** Nothing more is written: whoever waits to write may go on. */
  close(): void {
    this.#opened.resolve();
  }
}

/** Writes a stream until one side ends it. `heartbeatMs`: proxies give up on silent connections. */
export async function writeEventStream(
  body: AsyncGenerator<string, void, undefined>,
  response: ServerResponse,
  writer: EventWriter,
  heartbeatMs: number,
): Promise<void> {
  const leave = () => {
    writer.close();
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
      await writer.text(response, Buffer.from(chunk));
      // The library's first word is a comment with which some browsers begin to listen.
      writer.open(response);
    }
  } finally {
    clearInterval(heartbeat);
    writer.close();
    response.end();
  }
}

async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
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
