/**
 * What fails is left alone together. Each execution backs off by itself, but a thousand of them would still ask a
 * host that is down a thousand times a round; so failures are counted for the host and for each credential, on all
 * nodes together, and while something only fails one call alone, the probe, finds out whether it has recovered.
 */

/** The key under which trouble of upstream as a whole is noted; a service has one upstream. */
export const UPSTREAM_HOST = 'host';

export interface TroubleOptions {
  /** Failures in a row, of different queries and without a success between, after which calls pause. */
  readonly afterFailures: number;
  /** The first pause; each failed probe doubles it. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** May a call be made? */
export type Passage =
  | {
      readonly passes: true;
      /** Something has failed lately: that it works is worth telling. */
      readonly troubled: boolean;
      /** The paused ones among those asked for, for which this call is the probe. */
      readonly probes: readonly string[];
    }
  | { readonly passes: false; readonly retryInMs: number };
