/** What the users of one tenant at one generator have started, what has ended and can be read, which lines they hold open. */
import type { Follow, SharedSocket, Standing } from './follows.ts';
import type { Tenant } from './upstream.ts';

export interface Readable {
  readonly id: string;
  readonly rows: number;
  readonly at: number;
}

export interface Walk {
  readonly of: Readable;
  after: string | null;
  seen: number;
}

/** A WebSocket, and after a cut the next one in its place. */
export interface Line {
  socket: SharedSocket;
  isReconnecting: boolean;
  readonly follows: Set<Follow>;
}

export interface House {
  readonly tenant: Tenant;
  count: number;
  /** The last that was started: its number, and the id that it got. */
  last: { readonly n: number; readonly id: string } | undefined;
  /** Since when. */
  readonly running: Map<string, number>;
  readonly canceled: Set<string>;
  readonly readable: Readable[];
  readonly walks: Walk[];
  listAfter: string | null;
  readonly lines: Line[];
  readonly standing: Standing[];
}

/** Read in a mix: not so few that all is answered from memory, not so many that nothing is. */
const READABLE = 40;
/** Long before it expires in a soak, where results are kept for some minutes. */
const READABLE_MS = 5 * 60_000;
const CANCELED = 1_000;

export function newHouse(tenant: Tenant): House {
  return {
    tenant,
    count: 0,
    last: undefined,
    running: new Map(),
    canceled: new Set(),
    readable: [],
    walks: [],
    listAfter: null,
    lines: [],
    standing: [],
  };
}

export function tokenOf({ tenant }: House): string {
  return oneOf(tenant.tokens) ?? '';
}

export function oneOf<T>(all: readonly T[]): T | undefined {
  return all[Math.floor(Math.random() * all.length)];
}

/** The latest ones are looked at most. */
export function readableOf({ readable }: House): Readable | undefined {
  while (readable.length > 0 && isOld(readable[0]?.at ?? 0)) readable.shift();
  return readable.at(-1 - Math.floor(Math.random() ** 2 * readable.length));
}

export function addReadable({ readable }: House, id: string, rows: number): void {
  readable.push({ id, rows, at: Date.now() });
  if (readable.length > READABLE) readable.shift();
}

/** One under way, or a new one. */
export function walkOf(house: House): Walk | undefined {
  const walk = house.walks.pop();
  if (walk && !isOld(walk.of.at)) return walk;
  const of = readableOf(house);
  return of && { of, after: null, seen: 0 };
}

/** The longest first. What nobody follows is forgotten in time. */
export function runningOf({ running }: House): string[] {
  for (const [id, at] of running) {
    if (!isOld(at)) break;
    running.delete(id);
  }
  return [...running.keys()];
}

export function addCanceled({ canceled }: House, id: string): void {
  canceled.add(id);
  const [first] = canceled;
  if (canceled.size > CANCELED && first !== undefined) canceled.delete(first);
}

function isOld(at: number): boolean {
  return at < Date.now() - READABLE_MS;
}
