/** What the users of a mix do, and how often. */
export const KINDS = {
  /** A start of something that nobody has asked for yet; most of them are followed until their end. */
  start: 8,
  /** The same as what another one has just started. */
  join: 4,
  status: 24,
  /** The next page of a walk through all rows, by cursor. */
  page: 20,
  /** The largest rows of those that pass a filter: never from the stored blocks. */
  sorted: 5,
  groups: 8,
  totals: 9,
  /** A page of the executions, newest first. */
  list: 5,
  /** One subscription to something that has ended: the final state, then the end. */
  lateWebSocket: 5,
  lateEventStream: 4,
  /** A line is cut and made anew, at another node, with everything that waited on it. */
  reconnect: 2,
  cancel: 1,
  export: 1,
  /** Another tenant's: must look like nothing. */
  foreign: 4,
} as const;

export type Kind = keyof typeof KINDS;

const ALL = Object.keys(KINDS) as Kind[];
const SUM = ALL.reduce((sum, kind) => sum + KINDS[kind], 0);

export function shareOf(kind: Kind): number {
  return KINDS[kind] / SUM;
}

export function pickKind(): Kind {
  let luck = Math.random() * SUM;
  return ALL.find((kind) => (luck -= KINDS[kind]) < 0) ?? 'status';
}
