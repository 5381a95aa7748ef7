/**
 * The simulated upstream in a process of its own, with tokens for several tenants and a limit that does not bind. It knows
 * how many rows each query has, computed apart from what it has served.
 */
import { createHash } from 'node:crypto';

import { ORGANIZATIONS } from '../../dist/src/simulator/organizations.js';
import { createResults } from '../../dist/src/simulator/results.js';
import { createSimulator, type UsageJob } from '../../dist/src/simulator/simulator.js';

export interface Tenant {
  readonly name: string;
  /** All of them see the same executions. Each has a budget of its own. */
  readonly tokens: readonly string[];
  /** Whose usage it may ask for. */
  readonly clientIds: readonly string[];
}

export interface UpstreamReady {
  readonly url: string;
  readonly tenants: readonly Tenant[];
}

/** What upstream's ids stand for in rows; null: unknown here. */
export type RowCounts = Readonly<Record<string, number | null>>;

/** Two organizations of people, the others programs, each of which sees what it has started itself. */
const PROGRAMS = 6;
/** A token may start 125 queries a minute: with so many, starts are never what waits. */
const TOKENS = 40;
const REMEMBERED = 50_000;

const jobs = new Map<string, Omit<UsageJob, 'durationMs'>>();

/** Mostly 1 to 6 s, one in ten up to 12: long enough to be polled several times, and a step can wait for all of them. */
function durationOf(job: Omit<UsageJob, 'durationMs'>): number {
  jobs.set(job.id, job);
  const [oldest] = jobs.keys();
  if (jobs.size > REMEMBERED && oldest !== undefined) jobs.delete(oldest);
  const luck = Math.random();
  return luck < 0.9 ? 1_000 + (5_000 * luck) / 0.9 : 6_000 + 60_000 * (luck - 0.9);
}

const simulator = await createSimulator({ durations: durationOf, rateLimitPerMinute: 100_000_000 });
const results = createResults();

function tenants(): Tenant[] {
  const many = (issue: () => string) => Array.from({ length: TOKENS }, issue);
  const people = (['demo', 'other'] as const).map((organization, i) => ({
    name: organization,
    tokens: many(() => simulator.tokens.issue({ organization })),
    clientIds: clientsOf(i),
  }));
  const programs = Array.from({ length: PROGRAMS }, (_, i) => {
    const organization = i % 2 === 0 ? 'demo' : 'other';
    const clientId = uuidOf(`program ${i}`);
    const issue = () => simulator.tokens.issue({ kind: 'client', organization, clientId });
    return { name: `program ${i}`, tokens: many(issue), clientIds: clientsOf(i % 2) };
  });
  return [...people, ...programs];
}

function clientsOf(organization: number): string[] {
  return (ORGANIZATIONS[organization]?.clients ?? []).map(({ id }) => id);
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

async function countRows(ids: readonly string[]): Promise<RowCounts> {
  const counts: Record<string, number | null> = {};
  for (const id of ids) {
    const job = jobs.get(id);
    counts[id] = job ? (await results.of({ ...job, durationMs: 0 })).order.length : null;
  }
  return counts;
}

process.on('message', (ids: readonly string[]) => {
  void countRows(ids).then((counts) => process.send?.(counts));
});
process.send?.({ url: simulator.url, tenants: tenants() } satisfies UpstreamReady);
