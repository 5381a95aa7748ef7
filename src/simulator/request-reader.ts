import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.js';

const MAX_BODY_BYTES = 512_000;

/**
 * Reads a request's body as text. A body that is too large is still read to its end, because a client that is
 * cut off while it writes never sees the answer.
 *
 * @throws ApiError 413 over 512,000 bytes, 415 for another media type
 */
export async function readBody(request: IncomingMessage, mediaType: string): Promise<string> {
  const contentType = request.headers['content-type'] ?? '';
  if (contentType.split(';')[0]?.trim().toLowerCase() !== mediaType) {
    request.resume();
    throw new ApiError(415, 'unsupported.media.type', `the body must be ${mediaType}`);
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= MAX_BODY_BYTES) parts.push(part);
  }
  if (size <= MAX_BODY_BYTES) return Buffer.concat(parts).toString('utf8');
  throw new ApiError(413, 'request.entity.too.large', `the body may have ${MAX_BODY_BYTES} bytes`);
}

/** @throws ApiError 400 for text that is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 'bad.request', 'the body is not valid JSON');
  }
}
