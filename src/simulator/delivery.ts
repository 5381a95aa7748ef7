/** Puts answers on the wire: as they should be, or damaged the way a fault wants it. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { bodyText, type Answer } from './answer.js';
import type { MetFaults } from './faults.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const DRIP_MS = 500;
const PIECE_BYTES = 64 * 1024;
const HTML = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Gateway</h1></body></html>';

/** Sends an answer and resolves when it is out. Rejects when the client leaves first. */
export async function deliver(answer: Answer, response: ServerResponse, faults: MetFaults): Promise<void> {
  const type = faults['content-type']?.value ?? JSON_TYPE;
  if (faults.html) return sendText(response, 200, { 'Content-Type': 'text/html; charset=utf-8' }, HTML);
  if (faults['empty-body']) return sendText(response, answer.status, { 'Content-Type': type }, '');
  if (faults['gzip-bomb']) return sendGzipBomb(response, answer, faults['gzip-bomb'].bytes);
  if (faults['huge-body']) return sendPadding(response, answer, faults['huge-body'].bytes);
  if (faults['truncated-body']) return sendHalf(response, answer, faults['truncated-body'].framing);
  if (faults.drip) return sendDrops(response, answer, faults.drip.everyMs ?? DRIP_MS);
  const headers = { ...(hasBody(answer) && { 'Content-Type': type }), ...answer.headers };
  if (answer.text === undefined) return sendText(response, answer.status, headers, await bodyText(answer));
  response.writeHead(answer.status, headers);
  await pipeline(Readable.from(answer.text), response);
}

function hasBody(answer: Answer): boolean {
  return answer.body !== undefined || answer.text !== undefined;
}

function sendText(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  text: string,
): Promise<void> {
  response.writeHead(status, { ...headers, 'Content-Length': String(Buffer.byteLength(text)) });
  return new Promise((resolve, reject) => {
    response.once('close', () => reject(new Error('the client left')));
    response.end(text, resolve);
  });
}

async function sendHalf(
  response: ServerResponse,
  answer: Answer,
  framing: 'content-length' | 'chunked',
): Promise<void> {
  const body = Buffer.from(await bodyText(answer));
  const length = framing === 'content-length' ? { 'Content-Length': String(body.length) } : {};
  response.writeHead(answer.status, { 'Content-Type': JSON_TYPE, ...length, ...answer.headers });
  await new Promise((resolve) => response.write(body.subarray(0, body.length >> 1), resolve));
  response.socket?.destroySoon(); // what was written still arrives, then the connection is gone
}

async function sendDrops(response: ServerResponse, answer: Answer, everyMs: number): Promise<void> {
  const body = Buffer.from(await bodyText(answer));
  const headers = { 'Content-Type': JSON_TYPE, 'Content-Length': String(body.length), ...answer.headers };
  response.writeHead(answer.status, headers);
  for (const byte of body) {
    response.write(Uint8Array.of(byte));
    await pause(everyMs, response);
  }
  response.end();
}

/** Waits, but no longer than the client does: rejects as soon as it has left. */
export async function pause(ms: number, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  if (response.destroyed) leave();
  response.once('close', leave);
  try {
    await sleep(ms, undefined, { signal: gone.signal });
  } finally {
    response.off('close', leave);
  }
}

async function sendPadding(response: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  response.writeHead(answer.status, { 'Content-Type': JSON_TYPE, 'Content-Length': String(bytes) });
  await pipeline(Readable.from(paddedJson(bytes)), response);
}

async function sendGzipBomb(response: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  response.writeHead(answer.status, { 'Content-Type': JSON_TYPE, 'Content-Encoding': 'gzip' });
  await pipeline(Readable.from(paddedJson(bytes)), createGzip({ level: 9 }), response);
}

/** `{"padding":"xxx…"}` in exactly so many bytes. */
function* paddedJson(bytes: number): Generator<Buffer> {
  const [head, tail] = ['{"padding":"', '"}'];
  const piece = Buffer.alloc(PIECE_BYTES, 'x');
  yield Buffer.from(head);
  for (let left = bytes - head.length - tail.length; left > 0; left -= PIECE_BYTES) {
    yield piece.subarray(0, left);
  }
  yield Buffer.from(tail);
}
