/**
 * The streams of one connection. The protocol library finds a stream by the id that its client gave it; a client that
 * completes an id and uses it anew while the first stream is still being prepared would make it lose one, which nobody
 * would ever end.
 */
type Ending = { return(): Promise<unknown> };

export interface OpenStreams {
  /** Gives the function that takes it off again. */
  add(stream: Ending): () => void;
  /** The connection is closed. */
  endAll(): Promise<void>;
}

export function createOpenStreams(): OpenStreams {
  const streams = new Set<Ending>();
  return {
    add(stream) {
      streams.add(stream);
      return () => void streams.delete(stream);
    },
    async endAll() {
      await Promise.all([...streams].map((stream) => stream.return()));
    },
  };
}
