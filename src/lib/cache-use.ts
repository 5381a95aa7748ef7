/** How often a cache was asked, and knew. Plain numbers, so that asking costs nothing; whoever shows them reads them. */
export interface CacheUse {
  hits: number;
  misses: number;
}

export function createCacheUse(): CacheUse {
  return { hits: 0, misses: 0 };
}

/** Counts one look-up, and gives back what was found. */
export function counted<T>(use: CacheUse | undefined, found: T): T {
  if (use) {
    if (found === undefined || found === null) use.misses += 1;
    else use.hits += 1;
  }
  return found;
}
