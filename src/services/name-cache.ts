/**
 * Names that outlive the request that looked them up. What was found for one access (who asks, with which rights) is
 * never given to another one, however ids may coincide. Bounded in entries and in time; each id is asked for once at
 * a time, and a look-up that fails is not remembered.
 */
import type { NamedEntity } from '../domain/caller.js';
import type { CacheUse } from '../lib/cache-use.js';
import { ExpiringMap } from '../lib/expiring-map.js';

export type Names = ReadonlyMap<string, NamedEntity>;

export interface NameCache {
  /**
   * The entities of these ids, those that are not known yet by `find`, which is called at most once, with each id at
   * most once. Ids that it does not find are absent. Throws what `find` throws, to all who wait for it.
   */
  lookUp(
    access: string,
    ids: readonly string[],
    find: (missing: readonly string[]) => Promise<Names>,
  ): Promise<Names>;
}

export interface NameCacheOptions {
  /** Milliseconds since any instant. */
  readonly now: () => number;
  /** Names kept, and as many ids without one; the oldest make room. @default 20_000 */
  readonly maxEntries?: number;
  /** Where look-ups of ids are counted: an id that is known to have no name is a hit, too. */
  readonly use?: CacheUse | undefined;
}

/** Names hardly ever change, and a row shows for what it counts, not for how it is called. */
const FOUND_MS = 600_000;
/** Short: a client that has just been made, or a right that has just been granted, should show soon. */
const ABSENT_MS = 60_000;
/** Some 10 MB at worst, for more users than a tenant has in the rows that it looks at within ten minutes. */
const MAX_ENTRIES = 20_000;

export function createNameCache({ now, maxEntries = MAX_ENTRIES, use }: NameCacheOptions): NameCache {
  const found = new ExpiringMap<NamedEntity>(FOUND_MS, maxEntries);
  const absent = new ExpiringMap<true>(ABSENT_MS, maxEntries);
  const pending = new Map<string, Promise<Names>>();

  function remember(keyOf: KeyOf, ids: readonly string[], names: Names, at: number): void {
    for (const id of ids) {
      const entity = names.get(id);
      if (entity) found.set(keyOf(id), entity, at);
      else absent.set(keyOf(id), true, at);
    }
  }

  async function ask(keyOf: KeyOf, ids: readonly string[], find: Find): Promise<Names> {
    const at = now();
    const names = await find(ids);
    remember(keyOf, ids, names, at);
    return names;
  }

  function hold(keyOf: KeyOf, ids: readonly string[], asked: Promise<Names>): void {
    for (const id of ids) pending.set(keyOf(id), asked);
    const drop = () => ids.forEach((id) => pending.delete(keyOf(id)));
    asked.then(drop, drop);
  }

  return {
    async lookUp(access, ids, find) {
      // No access has a line feed in it, so no other access and id make the same key.
      const keyOf: KeyOf = (id) => `${access}\n${id}`;
      const at = now();
      const names = new Map<string, NamedEntity>();
      const unknown: string[] = [];
      const wanted = new Set(ids);
      for (const id of wanted) {
        const entity = found.get(keyOf(id), at);
        if (entity) names.set(id, entity);
        else if (!absent.get(keyOf(id), at)) unknown.push(id);
      }
      if (use) {
        use.misses += unknown.length;
        use.hits += wanted.size - unknown.length;
      }
      const missing = unknown.filter((id) => !pending.has(keyOf(id)));
      if (missing.length > 0) hold(keyOf, missing, ask(keyOf, missing, find));
      await Promise.all(
        unknown.map(async (id) => {
          const entity = (await pending.get(keyOf(id)))?.get(id);
          if (entity) names.set(id, entity);
        }),
      );
      return names;
    },
  };
}

type KeyOf = (id: string) => string;
type Find = (missing: readonly string[]) => Promise<Names>;
