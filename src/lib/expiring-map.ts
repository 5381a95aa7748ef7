/**
 * A map whose entries end by themselves and whose number is bounded: the one that was written first goes first.
 * Time is passed in; nothing runs in the background.
 */
export class ExpiringMap<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly at: number }>();

  /** `maxAgeMs`: how long an entry is valid after the instant with which it was set. */
  constructor(
    private readonly maxAgeMs: number,
    private readonly maxEntries: number,
  ) {}

  /** `at`: when the value was true. */
  set(key: string, value: V, at: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, at });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.maxEntries && oldest !== undefined) this.#entries.delete(oldest);
  }

  /** The value, unless it is older than `maxAgeMs` or than the map allows. */
  get(key: string, now: number, maxAgeMs = this.maxAgeMs): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (now - entry.at >= this.maxAgeMs) this.#entries.delete(key);
    return now - entry.at < Math.min(maxAgeMs, this.maxAgeMs) ? entry.value : undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
