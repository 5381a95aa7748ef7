/** JSON of many objects that are alike: texts that stand in all of them, and texts of which each has one. */
import type { ByteSink } from '../src/lib/byte-sink.js';

/** What stands at a place of each of the rows: one of some texts. */
export interface Varying {
  readonly texts: readonly string[];
  /** Of each row: which of them. */
  readonly indexes: Uint16Array;
}
export type Part = string | Varying;

/** Some rows: what varies, with all that stands in front of it, and what comes in the end. */
export interface RowTemplate {
  readonly count: number;
  readonly places: readonly Varying[];
  readonly end: string;
}

export function toTemplate(parts: readonly Part[], count: number): RowTemplate {
  const places: Varying[] = [];
  let before = '';
  for (const part of parts) {
    if (typeof part === 'string') before += part;
    else if (part.texts.length === 1) before += part.texts[0]!;
    else {
      const front = before;
      places.push({ ...part, texts: part.texts.map((text) => front + text) });
      before = '';
    }
  }
  return { count, places, end: before };
}

/** A list of all rows, written row by row: one text of them all would be put together from ten thousand links. */
export function writeRows(templates: readonly RowTemplate[], sink: ByteSink): void {
  let separator = '[';
  for (const template of templates) {
    const isAscii = isAsciiTemplate(template);
    for (let row = 0; row < template.count; row += 1) {
      sink.write(rowText(template, row, separator), isAscii);
      separator = ',';
    }
  }
  sink.write(separator === '[' ? '[]' : ']', true);
}

function rowText({ places, end }: RowTemplate, row: number, separator: string): string {
  let text = separator;
  for (const { texts, indexes } of places) text += texts[indexes[row]!]!;
  return text + end;
}

function isAsciiTemplate({ places, end }: RowTemplate): boolean {
  return hasOnlyAscii(end) && places.every(({ texts }) => hasOnlyAscii(texts.join('')));
}

function hasOnlyAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}
