/** One line at the foot of a terminal that says how far it is, and is gone in the end. */
import type { WriteStream } from 'node:tty';

import type { UsageProgress } from '../../client/src/index.js';
import { harmless, painter } from './text.js';

/** Seconds are shown. */
const REDRAW_MS = 1_000;
const CLEAR = '\r\u001b[2K';

export interface ProgressLine {
  readonly show: (progress: UsageProgress) => void;
  /** Leaves an empty line behind, for what comes next. */
  readonly stop: () => void;
}

/** Does nothing unless it is wanted and the stream is a terminal. */
export function startProgressLine(stream: WriteStream, wanted: boolean): ProgressLine {
  if (!wanted || !stream.isTTY) return { show: () => {}, stop: () => {} };
  const startedAt = Date.now();
  const paint = painter(stream);
  let last: UsageProgress | null = null;
  const draw = () => {
    const text = describe(last, Date.now() - startedAt);
    // A line that wraps could not be taken back.
    stream.write(CLEAR + paint('dim', text.slice(0, Math.max(20, (stream.columns || 80) - 1))));
  };
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  return {
    show(progress) {
      last = progress;
      draw();
    },
    stop() {
      clearInterval(timer);
      stream.write(CLEAR);
    },
  };
}

/** Such as `RUNNING · 12 s · 3 polls · Genesys Cloud is asked again in 4 s`. */
export function describe(progress: UsageProgress | null, elapsedMs: number): string {
  const { execution = null, connection = 'starting' } = progress ?? {};
  const seconds = `${Math.round(elapsedMs / 1_000)} s`;
  if (!execution) return `${connection === 'lost' ? 'no connection, trying again' : 'starting'} · ${seconds}`;
  const { status, pollCount, nextPollAt, delay } = execution;
  const facts = [status, seconds, pollCount === 1 ? '1 poll' : `${pollCount} polls`];
  if (connection === 'lost') facts.push('no connection, trying again');
  else if (delay) facts.push(delay.message);
  else if (nextPollAt !== null)
    facts.push(`next in ${Math.max(0, Math.ceil((Date.parse(nextPollAt) - Date.now()) / 1_000))} s`);
  return harmless(facts.join(' · '));
}
