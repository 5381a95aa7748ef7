/** What the program ends with, and which error becomes what. docs/cli.md lists the same for people. */
import { UsageQueryError } from '../../client/src/index.js';

export const EXIT = {
  done: 0,
  /** The query ran, or was ended, and there are no rows. */
  failed: 1,
  /** The command line, or what it asks for, can not be used as it stands. */
  usage: 2,
  /** The server can not be reached, or can not do it now. */
  unavailable: 3,
  /** No token, a bad one, or one without the right. */
  refused: 4,
  /** No such execution for this caller. */
  notFound: 5,
  /** A fault of this program, or of the server (`EX_SOFTWARE` of sysexits.h). */
  internal: 70,
  /** Ctrl-C: 128 and the number of the signal, as shells have it. */
  interrupted: 130,
  terminated: 143,
} as const;

/** Says what is wrong, and with which code to end. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

const BY_CODE: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: EXIT.refused,
  FORBIDDEN: EXIT.refused,
  NOT_FOUND: EXIT.notFound,
  NOT_SUCCEEDED: EXIT.failed,
  ALREADY_FINAL: EXIT.failed,
  SERVICE_UNAVAILABLE: EXIT.unavailable,
  UPSTREAM_UNAVAILABLE: EXIT.unavailable,
  RATE_LIMITED: EXIT.unavailable,
  BAD_USER_INPUT: EXIT.usage,
  INVALID_ANSWER: EXIT.unavailable,
};

export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  if (error instanceof CliError) return error.exitCode;
  if (!(error instanceof UsageQueryError)) return EXIT.internal;
  switch (error.kind) {
    case 'ended':
      return EXIT.failed;
    case 'network':
      return EXIT.unavailable;
    case 'refused':
      return BY_CODE[error.code] ?? EXIT.usage;
    case 'request':
      return BY_CODE[error.code] ?? EXIT.internal;
    case 'aborted':
      return EXIT.interrupted;
  }
}

/** The code and the message, and what helps to go on. */
export function messageOf(error: unknown): string {
  if (error instanceof CliError) return error.message;
  if (!(error instanceof UsageQueryError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { code, execution, executionId } = error;
  const told =
    error.userErrors.length > 0
      ? error.userErrors.map((one) => `${one.code}: ${one.message}`)
      : [`${code}: ${error.kind === 'network' ? networkMessage(error) : error.message}`];
  const { correlationId = null } = execution?.error ?? {};
  if (correlationId !== null) told.push(`Correlation id for Genesys' support: ${correlationId}`);
  if (executionId !== null && error.kind === 'network')
    told.push(`${executionId} goes on at the server: usage show ${executionId} --watch`);
  if (error.kind === 'ended' && error.retryable)
    told.push('The same query may succeed when it is started again.');
  return told.join('\n');
}

/** `fetch failed` says nothing; the reason is further down. */
function networkMessage(error: UsageQueryError): string {
  let deepest: unknown = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  const { message = '', code = '' } = deepest as { message?: string; code?: string };
  return `no answer from the server: ${message === '' ? code : message}`;
}
