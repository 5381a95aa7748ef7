/**
 * fetch's own timeouts run between two chunks, so an answer that drips in never meets them. A deadline covers
 * the whole exchange, together with the signal of whoever asked.
 */

export interface Deadline {
  /** Aborted when the time is over or the caller's signal is. */
  readonly signal: AbortSignal;
  /** True when it was the time, not the caller. */
  readonly passed: boolean;
  /** Stops the clock while it is not the other side that is waited for; the caller's signal still counts. */
  pause(): void;
  resume(): void;
  /** Frees the timer and the listener. */
  stop(): void;
}

/** Starts to count at once; to be stopped by whoever started it. */
export function startDeadline(timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let passed = false;
  const follow = () => controller.abort(caller?.reason);
  let leftMs = timeoutMs;
  let since = performance.now();
  const pass = () => {
    passed = true;
    controller.abort();
  };
  let timer = setTimeout(pass, leftMs);
  if (caller?.aborted) follow();
  caller?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    pause() {
      clearTimeout(timer);
      leftMs -= performance.now() - since;
    },
    resume() {
      since = performance.now();
      timer = setTimeout(pass, Math.max(0, leftMs));
    },
    stop() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', follow);
    },
  };
}
