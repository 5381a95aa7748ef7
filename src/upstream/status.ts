/**
 * What an HTTP status means for us, in one place.
 */
import { UpstreamError, type UpstreamErrorKind } from '../domain/upstream-error.js';
import { isJson, textOrNull, type Unparsed } from './json.js';
import { parseRetryAfter } from './retry-after.js';
import type { WireErrorBody } from './wire.js';

/** An answer whose status says that the request was not served. */
export interface RefusedAnswer {
  readonly status: number;
  readonly correlationId: string | null;
  readonly retryAfter: string | null;
  /** Parsed body; null when there was none, or none that can be read. */
  readonly body: unknown;
  /** What the request proved itself with; never part of a message. */
  readonly secret: string;
}

const SENTENCES: Readonly<Record<UpstreamErrorKind, string>> = {
  UNAUTHENTICATED: 'Upstream does not accept the token',
  FORBIDDEN: 'Upstream refused the request for lack of a permission',
  NOT_FOUND: 'Upstream does not know what was asked for',
  REJECTED: 'Upstream refused the request as invalid',
  RATE_LIMITED: "Upstream's rate limit is reached",
  UNAVAILABLE: 'Upstream can not answer just now',
  INVALID_RESULT: "Upstream's answer can not be read",
};
const MAX_DETAIL_LENGTH = 300;

/** The error for an answer whose status is not 2xx. */
export function errorFromStatus(answer: RefusedAnswer, nowMs: number): UpstreamError {
  const kind = kindOfStatus(answer.status);
  const body: Unparsed<WireErrorBody> = isJson(answer.body) ? answer.body : {};
  const detail = showableText(body.message, answer.secret);
  const waits = kind === 'RATE_LIMITED' || kind === 'UNAVAILABLE';
  return new UpstreamError(kind, detail ? `${SENTENCES[kind]}: ${detail}` : `${SENTENCES[kind]}.`, {
    status: answer.status,
    upstreamCode: showableText(body.code, answer.secret),
    correlationId: answer.correlationId,
    retryAfterMs: waits ? parseRetryAfter(answer.retryAfter, nowMs) : null,
  });
}

function kindOfStatus(status: number): UpstreamErrorKind {
  switch (status) {
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'FORBIDDEN';
    case 404:
      return 'NOT_FOUND';
    case 429:
      return 'RATE_LIMITED';
    // A conflict is with what upstream does at the moment (`general.conflict`), not with the request: the same
    // request may succeed later. The execution's deadline bounds the tries.
    case 408:
    case 409:
      return 'UNAVAILABLE';
    default:
      return status >= 400 && status < 500 ? 'REJECTED' : 'UNAVAILABLE';
  }
}

/** Upstream's own words, when they are short, printable, and hold neither an address nor the secret. */
export function showableText(value: unknown, secret: string): string | null {
  const text = textOrNull(value);
  if (text === null || text.length > MAX_DETAIL_LENGTH) return null;
  const unfit = /[\p{C}\p{Zl}\p{Zp}]|:\/\/|bearer /iu.test(text) || (secret !== '' && text.includes(secret));
  return unfit ? null : text;
}
