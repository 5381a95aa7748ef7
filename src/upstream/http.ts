/**
 * One request to upstream and its answer, or an `UpstreamError`. Whatever is on the other side, a request goes
 * to the configured host alone, ends within its deadline, and holds at most so many bytes in memory.
 */
import { UpstreamError } from '../domain/upstream-error.js';
import { readJson, readRefusal } from './body.js';
import { type Deadline, startDeadline } from './deadline.js';
import { UnreadableAnswer } from './json.js';
import type { ElementSink } from './json-reader.js';
import { NotTaken, offTheClock } from './patient-sink.js';
import { errorFromStatus } from './status.js';
import { type Target, urlOf } from './url.js';

export interface UpstreamHttpOptions {
  /** Where upstream is, e.g. `https://api.mypurecloud.de`; a path is kept as a prefix (gateways). */
  readonly baseUrl: string;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch;
  /** For the whole exchange, the last byte included; without the times in which we take no more. @default 30_000 */
  readonly timeoutMs?: number;
  /**
   * Largest answer, after decompression. The default is some 900,000 rows: far above what upstream is known to
   * send, and far below what a process can hold. Apart from elements, far less is held; see body.ts. @default 268_435_456
   */
  readonly maxBytes?: number;
  /** Milliseconds since the epoch, for `Retry-After` dates in answers without a `Date`. @default Date.now */
  readonly now?: () => number;
}

export interface UpstreamRequest extends Target {
  readonly method: 'GET' | 'POST';
  /** The scheme and the secret of the `Authorization` header. */
  readonly authorization: { readonly scheme: 'Bearer' | 'Basic'; readonly secret: string };
  /** Sent as JSON; `URLSearchParams` as a form. */
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes the elements of long lists while they arrive; see `ElementSink`. */
  readonly elements?: ElementSink;
}

export interface AnswerContext {
  readonly status: number;
  readonly correlationId: string | null;
}

export interface UpstreamHttp {
  /**
   * Sends a request and gives what `parse` makes of the JSON body of a 2xx answer. Throws `UpstreamError`, the reason of
   * `request.signal` when that is aborted, and what `request.elements` throws while it is waited for.
   */
  send<T>(request: UpstreamRequest, parse: (body: unknown, context: AnswerContext) => T): Promise<T>;
}

export function createUpstreamHttp(options: UpstreamHttpOptions): UpstreamHttp {
  const settings: Settings = {
    baseUrl: options.baseUrl,
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: options.timeoutMs ?? 30_000,
    maxBytes: options.maxBytes ?? 268_435_456,
    now: options.now ?? Date.now,
  };
  return { send: (request, parse) => exchange(settings, request, parse) };
}

/** The bearer token as a request's proof of identity. */
export function bearer(token: string): UpstreamRequest['authorization'] {
  return { scheme: 'Bearer', secret: token };
}

type Settings = Required<UpstreamHttpOptions>;
type Parse<T> = (body: unknown, context: AnswerContext) => T;

async function exchange<T>(settings: Settings, request: UpstreamRequest, parse: Parse<T>): Promise<T> {
  const { body, context } = await receive(settings, request);
  try {
    return parse(body, context);
  } catch (error) {
    if (!(error instanceof UnreadableAnswer)) throw error;
    throw new UpstreamError(error.kind, error.message, context);
  }
}

async function receive(
  settings: Settings,
  request: UpstreamRequest,
): Promise<{ readonly body: unknown; readonly context: AnswerContext }> {
  const url = urlOf(settings.baseUrl, request);
  const init = initOf(request);
  const deadline = startDeadline(settings.timeoutMs, request.signal);
  let context: AnswerContext | null = null;
  try {
    const response = await settings.fetch(url, { ...init, signal: deadline.signal });
    context = contextOf(response);
    if (!response.ok) throw await refusal(settings, request, response, context);
    const elements = request.elements && offTheClock(request.elements, deadline);
    return { body: await readJson(response, settings.maxBytes, elements), context };
  } catch (error) {
    throw failure(error, { settings, request, deadline, context });
  } finally {
    deadline.stop();
  }
}

function initOf(request: UpstreamRequest): RequestInit {
  const body = bodyOf(request);
  return {
    method: request.method,
    headers: headersOf(request),
    redirect: 'error',
    ...(body === null ? {} : { body }),
  };
}

function headersOf({ authorization, body, headers }: UpstreamRequest): Record<string, string> {
  // fetch would refuse such a header too, but with a message that quotes it.
  if (!/^[\x21-\x7e]+$/.test(authorization.secret)) {
    throw new UpstreamError('UNAUTHENTICATED', 'The token has characters that no token has.');
  }
  const isJson = body !== undefined && !(body instanceof URLSearchParams);
  return {
    ...headers,
    accept: 'application/json',
    authorization: `${authorization.scheme} ${authorization.secret}`,
    ...(isJson ? { 'content-type': 'application/json' } : {}),
  };
}

function bodyOf({ body }: UpstreamRequest): string | URLSearchParams | null {
  if (body === undefined) return null;
  return body instanceof URLSearchParams ? body : JSON.stringify(body);
}

function contextOf(response: Response): AnswerContext {
  const correlationId = response.headers.get('inin-correlation-id');
  const fits = correlationId !== null && /^[\x21-\x7e]{1,128}$/.test(correlationId);
  return { status: response.status, correlationId: fits ? correlationId : null };
}

async function refusal(
  settings: Settings,
  request: UpstreamRequest,
  response: Response,
  context: AnswerContext,
): Promise<UpstreamError> {
  const retryAfter = response.headers.get('retry-after');
  const { secret } = request.authorization;
  const body = await readRefusal(response);
  return errorFromStatus({ ...context, retryAfter, body, secret }, sentAt(response) ?? settings.now());
}

/** Upstream's clock when it answered: what its dates go by, while ours may be wrong by minutes. */
function sentAt({ headers }: Response): number | null {
  const at = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(at) ? null : at;
}

interface FailedExchange {
  readonly settings: Settings;
  readonly request: UpstreamRequest;
  readonly deadline: Deadline;
  readonly context: AnswerContext | null;
}

function failure(error: unknown, { settings, request, deadline, context }: FailedExchange): unknown {
  if (error instanceof UpstreamError) return error;
  if (error instanceof NotTaken) return error.cause;
  if (error instanceof UnreadableAnswer) return new UpstreamError(error.kind, error.message, context ?? {});
  const details = { ...context, cause: error };
  if (deadline.passed) {
    const message = `Upstream did not answer within ${settings.timeoutMs / 1000} s.`;
    return new UpstreamError('UNAVAILABLE', message, details);
  }
  if (request.signal?.aborted) return request.signal.reason;
  const message = context ? "Upstream's answer broke off." : 'Upstream can not be reached.';
  return new UpstreamError('UNAVAILABLE', message, details);
}
