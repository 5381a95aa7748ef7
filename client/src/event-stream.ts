/** Server-sent events as the HTML standard has them, as far as a service that sends no ids and no retries needs it. */

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** Every event of a body; comments, the server's signs of life, are none. Leaving the loop cancels the body. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r\n\r\n|\n\n|\r\r/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parse(block);
        if (event) yield event;
      }
    }
  } finally {
    // Rejects when the connection is gone, and then there is nothing left to cancel.
    await reader.cancel().catch(() => {});
  }
}

function parse(block: string): ServerSentEvent | null {
  let event: string | null = null;
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name, value = ''] = /^(\w+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
  }
  return event === null && data.length === 0 ? null : { event: event ?? 'message', data: data.join('\n') };
}
