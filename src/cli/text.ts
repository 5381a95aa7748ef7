/** Text for a terminal, where everybody's names and messages are shown. */
import { styleText } from 'node:util';
import type { WriteStream } from 'node:tty';

type Style = Parameters<typeof styleText>[0];

/** Colours only on a terminal, and not under NO_COLOR. */
export function painter(stream: WriteStream): (style: Style, text: string) => string {
  return (style, text) => styleText(style, text, { stream, validateStream: true });
}

/** Without characters that would command the terminal: names come from upstream. */
export function harmless(text: string): string {
  // oxlint-disable-next-line eslint/no-control-regex -- these are the ones that are meant
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\u{fffd}');
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
