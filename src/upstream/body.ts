/**
 * Bodies of answers. fetch inflates a few hundred kilobytes to hundreds of megabytes without a word, so bytes
 * are counted as they come out of it.
 */
import { UnreadableAnswer } from './json.js';
import { createJsonReader, type ElementSink, type JsonReader } from './json-reader.js';

/** Error bodies are small; of a larger one only the status matters. */
const MAX_REFUSAL_BYTES = 65_536;
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
  return readAll(response, maxBytes, createJsonReader(elements));
}

/** The JSON of an error's answer; null when there is none to be had. */
export async function readRefusal(response: Response): Promise<unknown> {
  try {
    return await readJson(response, MAX_REFUSAL_BYTES, undefined);
  } catch {
    return null;
  }
}

async function readAll(response: Response, maxBytes: number, reader: JsonReader): Promise<unknown> {
  let bytes = 0;
  try {
    // Leaving the loop by an exception cancels the body, which closes its connection.
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      reader.write(chunk);
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
