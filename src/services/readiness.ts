/**
 * Whether this node can do its work, for load balancers and whoever operates it. However many ask at once and however
 * slow the store is: one look at a time, and everybody is answered within a second. Nothing that is told here names a
 * host, a tenant or an error's own words.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { StoreHealth } from '../domain/ports/store-health.js';

export interface Readiness {
  /** Why the node can't do its work: no request should be sent to it. Empty: it can. */
  readonly problems: readonly string[];
  /** What does not work as it should though the node itself does: another node would fare no better. */
  readonly degraded: readonly string[];
}

export interface ReadinessOptions {
  readonly store: StoreHealth;
  /** Whether changes are being listened for. */
  readonly isListening: () => boolean;
  /** Whether upstream refuses the service's own credentials. */
  readonly isRefusedUpstream: () => boolean;
  /** How long somebody who asks waits at most. @default 1_000 */
  readonly patienceMs?: number;
  /** How long an answer of the store is believed. @default 500 */
  readonly freshMs?: number;
}

/**
 * Probes wait a second by default in Kubernetes and two or more elsewhere; one that is over first takes the node for
 * dead without having heard why. A store that needs a second for this look can serve nobody.
 */
const PATIENCE_MS = 900;
/** Balancers of many machines each look once a second: together they cost two looks a second. */
const FRESH_MS = 500;

const NEWER = 'the database has the schema of a newer version: finish its roll-out';
const UPSTREAM_PAUSED = 'Genesys Cloud fails, and is asked rarely: stored results are served';
const UPSTREAM_REFUSES =
  "Genesys Cloud does not accept the service's credentials: see GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET";
const OLDER = 'the database does not have the schema of this version';
const READ_ONLY = 'the database is read-only';
const UNREACHABLE = 'the database can not be reached';
const SILENT = 'the database does not answer in time';
const DEAF = 'changes are not being listened for';

/** Gives a function that tells, and never throws. */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const { store, isListening, isRefusedUpstream, patienceMs = PATIENCE_MS, freshMs = FRESH_MS } = options;
  let last: { readonly look: Readiness; readonly at: number } | null = null;
  let looking: Promise<Readiness> | null = null;

  async function lookAtStore(): Promise<Readiness> {
    const look = await store.look().then(toReadiness, () => ({ problems: [UNREACHABLE], degraded: [] }));
    last = { look, at: performance.now() };
    looking = null;
    return look;
  }

  /** One that hangs is not joined by a second one: it ends by itself, and the next who asks begins anew. */
  async function storeWithinPatience(): Promise<Readiness> {
    if (last && performance.now() - last.at < freshMs) return last.look;
    const over = new AbortController();
    const silence = sleep(patienceMs, { problems: [SILENT], degraded: [] }, { signal: over.signal });
    try {
      return await Promise.race([(looking ??= lookAtStore()), silence]);
    } finally {
      over.abort();
      silence.catch(() => {});
    }
  }

  return async () => {
    const { problems, degraded } = await storeWithinPatience();
    return {
      problems: [...problems, ...(isListening() ? [] : [DEAF])],
      degraded: [...degraded, ...(isRefusedUpstream() ? [UPSTREAM_REFUSES] : [])],
    };
  };
}

function toReadiness({
  schema,
  writable,
  upstreamPaused,
}: Awaited<ReturnType<StoreHealth['look']>>): Readiness {
  return {
    problems: [...(schema === 'older' ? [OLDER] : []), ...(writable ? [] : [READ_ONLY])],
    degraded: [...(schema === 'newer' ? [NEWER] : []), ...(upstreamPaused ? [UPSTREAM_PAUSED] : [])],
  };
}
