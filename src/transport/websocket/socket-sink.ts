/**
 * Results of one operation as frames of its WebSocket. The payload is shared by many, and only what stands before it
 * (the frame's length, the id that the client has given to the operation) is made for each: so nothing is copied and
 * nothing printed for each of them. The protocol's `ws` has no way to send a message in two pieces as one frame, hence
 * the frame is written here; without compression nothing of its own is ever on its way in between.
 */
import type { Duplex } from 'node:stream';

import type { WebSocket } from 'ws';

import type { ResultSink } from '../delivery/delivery.js';
import type { Unsent } from './unsent.js';

export interface SocketSinkOptions {
  readonly socket: WebSocket;
  /** What lies under `socket`. */
  readonly raw: Duplex;
  /** Of the operation, as the client has chosen it. */
  readonly id: string;
  readonly unsent: Unsent | undefined;
}

export function createSocketSink({ socket, raw, id, unsent }: SocketSinkOptions): ResultSink {
  return {
    room: () => unsent?.room(),
    write({ messageTail }, onLeft) {
      if (socket.readyState !== socket.OPEN || !raw.writable) return onLeft();
      raw.cork();
      raw.write(frameStart(`{"id":${JSON.stringify(id)}`, messageTail.length));
      raw.write(messageTail, () => onLeft());
      raw.uncork();
    },
  };
}

/** The whole of a text message, unmasked, as servers send it (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;

/** The frame's head, and the beginning of its text, which goes on for `more` bytes. */
function frameStart(text: string, more: number): Buffer {
  const textLength = Buffer.byteLength(text);
  const length = textLength + more;
  const headLength = length < LENGTH_IN_2_BYTES ? 2 : length < 0x1_00_00 ? 4 : 10;
  const start = Buffer.allocUnsafe(headLength + textLength);
  start[0] = FINAL_TEXT;
  if (headLength === 2) start[1] = length;
  else if (headLength === 4) {
    start[1] = LENGTH_IN_2_BYTES;
    start.writeUInt16BE(length, 2);
  } else {
    start[1] = LENGTH_IN_8_BYTES;
    start.writeBigUInt64BE(BigInt(length), 2);
  }
  start.write(text, headLength);
  return start;
}
