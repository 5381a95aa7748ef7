/** An answer before it goes out: JSON in one piece, or text that is produced while it is sent. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** A JSON value; neither this nor `text` means no body. */
  body?: unknown;
  text?: AsyncIterable<string>;
}

/** A JSON answer. */
export function json(status: number, body: object): Answer {
  return { status, body };
}

/** The whole body as text. */
export async function bodyText(answer: Answer): Promise<string> {
  if (answer.text === undefined) return answer.body === undefined ? '' : JSON.stringify(answer.body);
  const parts: string[] = [];
  for await (const part of answer.text) parts.push(part);
  return parts.join('');
}
