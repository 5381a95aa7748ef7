/**
 * A result may have 100,000 rows, and one `JSON.parse` of 30 MB stops the event loop for a quarter of a second.
 * So the elements of a result's list are parsed chunk by chunk while they arrive, and only what is around the
 * list is parsed at the end. Whatever the splitting does, every byte goes through `JSON.parse`: text that is not
 * JSON is refused exactly as in one piece.
 */

/** Takes the elements of lists that stand directly in the answer under one of these keys. */
export interface ElementSink {
  readonly keys: readonly string[];
  take(elements: readonly unknown[]): void;
  /** Asked between two chunks of the body. No more is read until the promise has settled; null: go on. */
  pressed?(): Promise<void> | null;
}

export interface JsonReader {
  write(chunk: Uint8Array): void;
  /** Bytes that wait for the end, or for the end of an element. */
  readonly heldBytes: number;
  /** The whole document; lists whose elements were handed over are empty in it. Throws `SyntaxError`. */
  end(): unknown;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const MAX_KEY_LENGTH = 32;

export function createJsonReader(sink?: ElementSink): JsonReader {
  return sink ? new ElementReader(sink) : new WholeReader();
}

class WholeReader implements JsonReader {
  readonly #chunks: Uint8Array[] = [];
  heldBytes = 0;

  write(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.heldBytes += chunk.length;
  }

  end(): unknown {
    return JSON.parse(textOf(this.#chunks));
  }
}

/** Looks at structure alone: nesting, strings, and commas between the elements of a wanted list. */
class ElementReader implements JsonReader {
  readonly #sink: ElementSink;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The last string directly inside the answer: its key, when a value follows. */
  #key = '';
  #inElements = false;
  #sawComma = false;
  /** The document around the lists, and the part of a list that has not been parsed yet. */
  readonly #around: Uint8Array[] = [];
  #elements: Uint8Array[] = [];
  #aroundBytes = 0;
  #elementBytes = 0;
  /** In the chunk being read: where what was not put away yet starts, and the last comma between elements. */
  #from = 0;
  #cut = -1;

  constructor(sink: ElementSink) {
    this.#sink = sink;
  }

  get heldBytes(): number {
    return this.#aroundBytes + this.#elementBytes;
  }

  write(chunk: Uint8Array): void {
    this.#from = 0;
    this.#cut = -1;
    for (let at = 0; at < chunk.length;) {
      at = this.#inString ? this.#passString(chunk, at) : this.#passStructure(chunk, at);
    }
    if (this.#inElements && this.#cut >= this.#from) {
      this.#keep(chunk.subarray(this.#from, this.#cut));
      this.#handOver(true);
      this.#from = this.#cut + 1;
    }
    this.#keep(chunk.subarray(this.#from));
  }

  #keep(bytes: Uint8Array): void {
    if (this.#inElements) {
      this.#elements.push(bytes);
      this.#elementBytes += bytes.length;
    } else {
      this.#around.push(bytes);
      this.#aroundBytes += bytes.length;
    }
  }

  end(): unknown {
    return JSON.parse(textOf(this.#around));
  }

  /** Reads to the end of the string or of the chunk; gives where to go on. */
  #passString(chunk: Uint8Array, start: number): number {
    const isKey = this.#depth === 1;
    let escaped = this.#escaped;
    let at = start;
    for (; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) break;
      else if (isKey && this.#key.length < MAX_KEY_LENGTH) this.#key += String.fromCharCode(byte);
    }
    this.#escaped = escaped;
    this.#inString = at === chunk.length;
    return at + 1;
  }

  /** Reads to the next string or the end of the chunk; gives where to go on. */
  #passStructure(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === QUOTE) {
        this.#inString = true;
        if (this.#depth === 1) this.#key = '';
        return at + 1;
      }
      if (byte === COMMA) this.#separate(at);
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#descend(chunk, at, byte);
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#ascend(chunk, at);
    }
    return chunk.length;
  }

  #separate(at: number): void {
    if (!this.#inElements || this.#depth !== 2) return;
    this.#cut = at;
    this.#sawComma = true;
  }

  #descend(chunk: Uint8Array, at: number, byte: number): void {
    this.#depth++;
    if (byte === OPEN_BRACKET && this.#depth === 2) this.#maybeOpenList(chunk, at);
  }

  #ascend(chunk: Uint8Array, at: number): void {
    if (this.#inElements && this.#depth === 2) this.#closeList(chunk, at);
    this.#depth--;
  }

  #maybeOpenList(chunk: Uint8Array, at: number): void {
    if (!this.#sink.keys.includes(this.#key)) return;
    this.#keep(chunk.subarray(this.#from, at + 1));
    this.#from = at + 1;
    this.#inElements = true;
    this.#sawComma = false;
  }

  #closeList(chunk: Uint8Array, at: number): void {
    this.#keep(chunk.subarray(this.#from, at));
    this.#handOver(this.#sawComma);
    this.#from = at;
    this.#inElements = false;
  }

  /** `beside`: a comma stands before or after, so that there must be an element. */
  #handOver(beside: boolean): void {
    const text = textOf(this.#elements);
    this.#elements = [];
    this.#elementBytes = 0;
    const elements = JSON.parse(`[${text}]`) as unknown[];
    if (elements.length > 0) this.#sink.take(elements);
    else if (beside) throw new SyntaxError('A list has a comma without an element.');
  }
}

function textOf(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString('utf8');
}
