/** A port: whether the store can do its work. */

export interface StoreState {
  /** Against what this version of the program has been written for; a newer one serves it, too. */
  readonly schema: 'current' | 'newer' | 'older';
  /** False on a standby, and while somebody has closed the database to writes. */
  readonly writable: boolean;
  /** Upstream as a whole fails for all nodes, and is left alone (see `domain/upstream-trouble.ts`). */
  readonly upstreamPaused: boolean;
}

export interface StoreHealth {
  /** Throws when the store does not answer, within some seconds. Cheap, and apart from all other work. */
  look(): Promise<StoreState>;
}
