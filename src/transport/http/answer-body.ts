/** The body of an answer, as Apollo writes it, with lists in it that are JSON already. */
import { randomUUID } from 'node:crypto';

import { collectBytes } from '../../lib/byte-sink.js';
import type { FinishedList, WritesJson } from '../../services/request-context.js';

/** Of this process, and never sent: nothing that is sent has it in it by itself. */
const PLACE = randomUUID();
const PLACES = new RegExp(`"${PLACE} (\\d+)"`, 'u');

/** A text, unless a list of the result writes itself. Puts the others into `data`. */
export function toBody(
  { errors, data }: { readonly errors?: unknown; readonly data?: unknown },
  lists: readonly FinishedList[] = [],
): Buffer | string {
  lists.forEach(({ path, items }, i) => putIn(data, path, isWriter(items) ? `${PLACE} ${i}` : items));
  const text = `${JSON.stringify({ errors, data })}\n`;
  if (!lists.some(({ items }) => isWriter(items))) return text;
  return collectBytes((sink) => {
    text.split(PLACES).forEach((piece, i) => {
      // Every second piece is the number of a list.
      const items = i % 2 === 1 ? lists[Number(piece)]?.items : undefined;
      if (isWriter(items)) items(sink);
      else sink.write(piece, false);
    });
  });
}

function isWriter(items: FinishedList['items'] | undefined): items is WritesJson {
  return typeof items === 'function';
}

/** An error beside it may have taken away what it stood in. */
function putIn(data: unknown, path: FinishedList['path'], items: unknown): void {
  let parent: unknown = data;
  for (const key of path.slice(0, -1)) parent = (parent as Record<string | number, unknown> | null)?.[key];
  const last = path.at(-1);
  if (last !== undefined && typeof parent === 'object' && parent !== null) {
    (parent as Record<string | number, unknown>)[last] = items;
  }
}
