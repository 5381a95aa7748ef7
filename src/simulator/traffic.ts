/**
 * The base table of facts: one figure for each UTC day and series, where a series is one client calling one
 * endpoint for one user from one platform. Nothing is stored: a fact is a function of its organization, series
 * and day alone, so that any two queries that cover it agree on it, and a restart changes nothing.
 */
import { ENDPOINTS, HTTP_METHODS, PLATFORMS, TEMPLATE_URIS, type Endpoint } from './catalog.js';
import type { Organization, SimulatedClient } from './organizations.js';
import { hashNumbers, hashText, toShare } from './random.js';

const { floor, max, min, round } = Math; // looked up once, as in random.ts

/** Requests of an organization on a plain weekday, all clients together. */
const DAILY_REQUESTS = 140_000;
/** How steeply the traffic falls from the heaviest client to the next. */
const POWER = 1.2;
/** Share of traffic by weekday from Sunday, for clients that people use. */
const OFFICE_WEEK = [0.18, 1.12, 1.08, 1.05, 1.0, 0.9, 0.25];
/** The same for programs, which also run at weekends. */
const MACHINE_WEEK = [0.7, 1.05, 1.05, 1.05, 1.05, 1.05, 0.75];
/** Share of days on which a client that can be throttled is. */
const SPIKE_CHANCE = 0.05;

/** Position in `ENDPOINTS`, `PLATFORMS` and the like; what a series is made of. */
export interface Series {
  index: number;
  client: number;
  /** 0 is no user, n is the organization's user n - 1. */
  user: number;
  templateUri: number;
  httpMethod: number;
  platform: number;
  /** Mean requests on a day on which it is active. */
  volume: number;
  /** Share of days on which it is active. */
  activity: number;
  /** The older generation leaves it out: its totals are a little smaller than the newer one's. */
  hiddenFromQueries: boolean;
}

/** Counts in the order 200, 300, 400, 429, 500; their sum is `requests`. */
export type Counts = readonly [number, number, number, number, number];

/** An organization's traffic. */
export interface Traffic {
  series: readonly Series[];
  /** What one series did on one UTC day; undefined when it did nothing. */
  factOf(series: Series, day: number): Counts | undefined;
}

/** Builds an organization's series: about 1,300, of which two thirds to three quarters are active on a weekday. */
export function createTraffic(organization: Organization): Traffic {
  const seed = hashText(organization.id);
  const weights = organization.clients.map((_, place) => 1 / (place + 1) ** POWER);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const series: Series[] = [];
  organization.clients.forEach((client, place) => {
    const requests = (DAILY_REQUESTS * (weights[place] ?? 0)) / total;
    for (const one of seriesOf(organization, client, place, seed, requests)) {
      series.push({ ...one, index: series.length });
    }
  });
  return { series, factOf: (one, day) => factOf(seed, clientAt(organization, one.client), one, day) };
}

function clientAt(organization: Organization, place: number): SimulatedClient {
  return organization.clients[place] as SimulatedClient;
}

function* seriesOf(
  organization: Organization,
  client: SimulatedClient,
  place: number,
  seed: number,
  requests: number,
): Generator<Series> {
  const endpoints = pick(ENDPOINTS, 10 + (hashNumbers(seed, place, 1) % 9), seed, place, 2);
  const users = usersOf(organization, client, place, seed);
  const platforms = platformsOf(client, place, seed);
  const weight = endpoints.reduce((sum, endpoint) => sum + endpoint.weight, 0);
  for (const endpoint of endpoints) {
    for (const user of users) {
      for (const platform of platforms) {
        const share = endpoint.weight / weight / users.length / platforms.length;
        yield toSeries(endpoint, { client: place, user, platform, volume: requests * share }, seed);
      }
    }
  }
}

function toSeries(
  endpoint: Endpoint,
  series: Pick<Series, 'client' | 'user' | 'platform' | 'volume'>,
  seed: number,
): Series {
  const templateUri = TEMPLATE_URIS.indexOf(endpoint.templateUri);
  const httpMethod = HTTP_METHODS.indexOf(endpoint.method);
  const hash = hashNumbers(
    seed,
    series.client * 64 + series.user,
    templateUri * 8 + httpMethod,
    series.platform,
  );
  const activity = 0.55 + 0.45 * toShare(hash);
  return { ...series, index: 0, templateUri, httpMethod, activity, hiddenFromQueries: hash % 25 === 0 };
}

/** People's clients call for users, programs for nobody (0). */
function usersOf(
  organization: Organization,
  client: SimulatedClient,
  place: number,
  seed: number,
): readonly number[] {
  if (client.grantType === 'CLIENT-CREDENTIALS') return [0];
  const all = organization.users.map((_, index) => index + 1);
  return pick(all, 16 + (hashNumbers(seed, place, 3) % 9), seed, place, 4);
}

function platformsOf(client: SimulatedClient, place: number, seed: number): readonly number[] {
  const home =
    client.grantType === 'CODE' ? PLATFORMS.indexOf('EmbeddedClient') : PLATFORMS.indexOf('PublicApi');
  const second = PLATFORMS.indexOf(client.grantType === 'CODE' ? 'AppFoundry' : 'DataActions');
  return hashNumbers(seed, place, 5) % 3 === 0 ? [home, second] : [home];
}

/** Some of a list, always the same ones for the same numbers. */
function pick<T>(all: readonly T[], count: number, seed: number, place: number, purpose: number): T[] {
  return all
    .map((item, index) => ({ item, rank: hashNumbers(seed, place, purpose, index) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ item }) => item);
}

function factOf(seed: number, client: SimulatedClient, series: Series, day: number): Counts | undefined {
  const weekday = (day + 4) % 7;
  const rhythm = (client.grantType === 'CODE' ? OFFICE_WEEK : MACHINE_WEEK)[weekday] ?? 1;
  const hash = hashNumbers(seed, series.index, day, 1);
  if (toShare(hash) >= series.activity * min(1, rhythm + 0.2)) return undefined;
  const swing = 0.6 + 0.8 * toShare(hashNumbers(seed, series.index, day, 2));
  const spike = spikeOf(seed, series.client, day);
  const requests = max(1, round(series.volume * rhythm * swing * (1 + spike)));
  return split(requests, client.trouble ?? {}, spike, hash);
}

/** How badly a client is throttled on a day: 0 on nearly all of them, up to 0.5; half of the clients never are. */
function spikeOf(seed: number, client: number, day: number): number {
  if (hashNumbers(seed, client, 4) % 2 === 0) return 0;
  const share = toShare(hashNumbers(seed, client, day, 3));
  return share < SPIKE_CHANCE ? 0.1 + (0.4 * share) / SPIKE_CHANCE : 0;
}

function split(
  requests: number,
  trouble: NonNullable<SimulatedClient['trouble']>,
  spike: number,
  hash: number,
): Counts {
  const luck = toShare(hashNumbers(hash, 7));
  let left = requests;
  const take = (share: number): number => {
    const taken = min(left, floor(requests * share + luck));
    left -= taken;
    return taken;
  };
  const status429 =
    spike === 0 && trouble.status429 === undefined ? 0 : take((trouble.status429 ?? 0) + spike);
  const status400 = take((trouble.status400 ?? 0.006) * (0.5 + luck));
  const status500 = take((trouble.status500 ?? 0.0008) * (0.5 + luck));
  const status300 = take(0.002 * luck);
  return [left, status300, status400, status429, status500];
}
