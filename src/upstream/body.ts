/**
 * Bodies of answers. fetch inflates a few hundred kilobytes to hundreds of megabytes without a word, so bytes
 * are counted as they come out of it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

import { UnreadableAnswer } from './json.js';
import { createJsonReader, type ElementSink, type JsonReader } from './json-reader.js';

/** Error bodies are small; of a larger one only the status matters. */
const MAX_REFUSAL_BYTES = 65_536;
/**
 * Bytes of one answer that wait to be parsed. What is around the rows of a result is a few hundred of them; a list
 * of every OAuth client comes in one piece. Padding is given up here, long before the limit for all of the bytes:
 * hundreds of answers may come in at the same time.
 */
const MAX_HELD_BYTES = { withElements: 1_048_576, inOnePiece: 16_777_216 };
/** Read before the event loop gets its turn: a few milliseconds. What has arrived already would else be read in one go. */
const BYTES_PER_TURN = 131_072;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** The JSON of a 2xx answer. Throws `UnreadableAnswer`, and what fetch throws when the connection breaks. */
export async function readJson(
  response: Response,
  maxBytes: number,
  elements: ElementSink | undefined,
): Promise<unknown> {
  if (!JSON_TYPE.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    throw new UnreadableAnswer('UNAVAILABLE', "Upstream's answer is not JSON.");
  }
  const maxHeld = elements ? MAX_HELD_BYTES.withElements : MAX_HELD_BYTES.inOnePiece;
  return readAll(response, { maxBytes, maxHeld }, createJsonReader(elements), elements);
}

/** The JSON of an error's answer; null when there is none to be had. */
export async function readRefusal(response: Response): Promise<unknown> {
  try {
    return await readJson(response, MAX_REFUSAL_BYTES, undefined);
  } catch {
    return null;
  }
}

interface Limits {
  readonly maxBytes: number;
  readonly maxHeld: number;
}

async function readAll(
  response: Response,
  { maxBytes, maxHeld }: Limits,
  reader: JsonReader,
  elements: ElementSink | undefined,
): Promise<unknown> {
  let bytes = 0;
  let turnAt = BYTES_PER_TURN;
  try {
    // Leaving the loop by an exception cancels the body, which closes its connection.
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      reader.write(chunk);
      if (reader.heldBytes > maxHeld) throw tooLarge(maxHeld);
      await elements?.pressed?.();
      if (bytes < turnAt) continue;
      turnAt = bytes + BYTES_PER_TURN;
      await nextTurn();
    }
    return reader.end();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Not its cause: the message of a SyntaxError quotes the text, and a login's text holds a token.
    throw new UnreadableAnswer('UNAVAILABLE', "Upstream's answer is not complete JSON.");
  }
}

function tooLarge(maxBytes: number): UnreadableAnswer {
  return new UnreadableAnswer('INVALID_RESULT', `Upstream's answer is larger than ${maxBytes} bytes.`);
}
