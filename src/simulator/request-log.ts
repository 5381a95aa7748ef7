/** A request that the simulator has seen. */
export interface RecordedRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  /** With its query string. */
  readonly path: string;
  /** A demo token's name, a short hash of any other known token; undefined for none or an unknown one. */
  readonly token: string | undefined;
  /** Undefined until the answer is on its way, and for good when the connection was cut instead. */
  readonly status: number | undefined;
  /** The client has left before it had the whole answer. */
  readonly abandoned?: true;
}

export interface RequestLog {
  readonly requests: readonly RecordedRequest[];
  /** Records a request on arrival; the returned record takes its status later. */
  open(
    method: string,
    path: string,
    token: string | undefined,
  ): { status: number | undefined; abandoned?: true };
}

/** Enough for the longest test; what is older goes, a tenth at a time. */
const KEPT_REQUESTS = 20_000;

/** An empty log. @param now milliseconds since 1970 */
export function createRequestLog(now: () => number): RequestLog {
  const requests: { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] }[] = [];
  return {
    requests,
    open(method, path, token) {
      if (requests.length >= KEPT_REQUESTS) requests.splice(0, KEPT_REQUESTS / 10);
      const record = { at: now(), method, path, token, status: undefined };
      requests.push(record);
      return record;
    },
  };
}
