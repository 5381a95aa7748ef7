import type { WriteStream } from 'node:tty';

/** What a command has of the world. */
export interface CliIo {
  /** Results, and nothing else. */
  readonly stdout: WriteStream;
  /** Progress, and what went wrong. */
  readonly stderr: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ctrl-C, or a request to end. */
  readonly signal: AbortSignal;
}
