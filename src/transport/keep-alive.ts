/**
 * How often a client has to give a sign of life, over both streaming doors; one that gives none is given up within
 * twice this. Half of it would find dead clients sooner and wake up the radio of every telephone twice as often.
 */
export const KEEP_ALIVE_MS = 12_000;

/** An event stream says something every 8 s: proxies give up on silent connections, and the usual limits begin at 10 s. */
export function heartbeatMs(keepAliveMs: number): number {
  return (keepAliveMs * 2) / 3;
}
