/** Waiting that ends at once when it is no longer wanted. Each rejects with the signal's reason. */

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return untilAborted(signal, (resolve) => {
    const timer = setTimeout(resolve, ms);
    return () => clearTimeout(timer);
  });
}

/** For a promise whose maker may ignore the signal; what becomes of it afterwards is nobody's concern. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return untilAborted(signal, (resolve, reject) => {
    promise.then(resolve, reject);
    return () => {};
  });
}

/** `begin` gives back what cleans up, which is called however the waiting ends. */
export function untilAborted<T>(
  signal: AbortSignal,
  begin: (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void,
): Promise<T> {
  if (signal.aborted) return Promise.reject(toError(signal.reason));
  return new Promise<T>((resolve, reject) => {
    const settle = (how: () => void) => {
      signal.removeEventListener('abort', onAbort);
      cleanUp();
      how();
    };
    const onAbort = () => settle(() => reject(toError(signal.reason)));
    const cleanUp = begin(
      (value) => settle(() => resolve(value)),
      (reason) => settle(() => reject(toError(reason))),
    );
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason), { cause: reason });
}
