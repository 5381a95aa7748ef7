/**
 * 100 nodes, 100,000 tenants, 1,000,000 subscribers, in simulated time: a day, where the walls are, and what happens when
 * something fails. Needs `results/capacity.json` (`capacity.ts`), writes `results/scale.json`.
 *
 *     node bench/scale/run.ts [validation | day | nodes | walls | failures] [words of one wall]
 */
import { save } from '../lib/results.ts';
import { rounded } from '../lib/summary.ts';
import { readCosts, readResults } from './costs.ts';
import { outcomeOf, play, REFERENCE, STARTS_A_DAY, wallOf } from './scenarios.ts';
import { BY_HOUR } from './skew.ts';
import { validate } from './validation.ts';
import type { Setting } from './setting.ts';

const [only, words = ''] = process.argv.slice(2);
const costs = readCosts();
const cases: Record<string, unknown> = {};
const wanted = (part: string) => only === undefined || only === part;
const tell = (what: string, found: object) => process.stdout.write(`${what}: ${JSON.stringify(found)}\n`);

/** Nobody looks tokens up for a subscription: a service with its own client, or JWTs. */
const ISSUED: Setting = { ...REFERENCE, ownTokens: false };
const AVERAGE = (REFERENCE.tenants * STARTS_A_DAY) / 86_400;
/** Of a disk over a network, or one that others use, too. */
const SLOW_FLUSH_MS = 2;

if (wanted('validation')) cases['validation'] = validate(costs).map((one) => (tell('validation', one), one));

if (wanted('day'))
  cases['day'] = BY_HOUR.flatMap((factor, hour) => {
    // Every third hour, and the peak.
    if (hour % 3 !== 0) return [];
    const setting = { ...ISSUED, startsPerSecond: AVERAGE * factor };
    const found = { hour, ...outcomeOf(costs, { setting, warmUpMs: 45_000, measuredMs: 10_000 }) };
    tell('day', found);
    return [found];
  });

if (wanted('nodes'))
  cases['nodes'] = [1, 3, 10, 30, 100].map((nodes) => {
    const setting = { ...ISSUED, nodes, subscribers: 10_000 * nodes, startsPerSecond: 20 };
    const found = { nodes, ...outcomeOf(costs, { setting, warmUpMs: 45_000, measuredMs: 10_000 }) };
    tell('nodes', found);
    return found;
  });

if (wanted('walls')) {
  const slow = { ...ISSUED, flushMs: SLOW_FLUSH_MS };
  const elsewhere = { ...ISSUED, notify: 'nothing' as const };
  const raised: readonly (readonly [string, Setting, number])[] = [
    ['as it is, tokens not looked up', ISSUED, 64],
    ['and 10 nodes instead of 100', { ...ISSUED, nodes: 10, subscribers: 100_000 }, 64],
    ['and a disk that takes 2 ms for a commit', slow, 64],
    ['and each poll told by its own transaction, as before', { ...ISSUED, notify: 'each by itself' }, 32],
    ['and Redis: no NOTIFY at all', elsewhere, 128],
    ['and Redis, and one node wakes for a poll (not built)', { ...elsewhere, wake: 'one' }, 128],
  ];
  const found = [];
  for (const [what, setting] of [
    ['each subscriber has a token of his own', REFERENCE],
    ['tokens are not looked up at Genesys Cloud', ISSUED],
  ] as const)
    if (what.includes(words)) {
      const at = (subscribers: number) => ({ ...setting, subscribers, startsPerSecond: 5 });
      found.push({ what, unit: 'subscribers', ...wallOf(costs, 200_000, at, 3_200_000) });
      tell('wall', found.at(-1)!);
    }
  for (const [what, setting, from] of raised)
    if (what.includes(words)) {
      const at = (startsPerSecond: number) => ({ ...setting, startsPerSecond });
      found.push({ what, unit: 'starts a second', ...wallOf(costs, from, at) });
      tell('wall', found.at(-1)!);
    }
  cases['walls'] = found;
}

if (wanted('failures')) cases['failures'] = failures();
save('scale', merged(), {
  measured: facts(),
  reference: REFERENCE,
  startsADayOfATenant: STARTS_A_DAY,
  costs,
});

function failures() {
  const busy = { ...ISSUED, startsPerSecond: AVERAGE };
  const each = REFERENCE.subscribers / REFERENCE.nodes;
  const died = play(costs, { ...busy, nodes: REFERENCE.nodes - 1 });
  died.runFor(30_000);
  died.world.reconnect(each, 3_000);
  died.runFor(20_000);
  const rolled = play(costs, busy);
  rolled.runFor(30_000);
  for (let i = 0; i < 4; i += 1) {
    rolled.world.reconnect(each, 3_000);
    rolled.runFor(15_000);
  }
  const all = play(costs, busy);
  all.runFor(30_000);
  all.world.reconnect(REFERENCE.subscribers, 3_000);
  all.runFor(120_000);
  const failedOver = play(costs, busy);
  failedOver.runFor(60_000);
  const at = failedOver.now() + 30_000;
  failedOver.world.failOver(30_000);
  failedOver.runFor(120_000);
  const found = {
    nodeDied: {
      reconnecting: each,
      connectMs: died.figures.connected.spread(),
      latenessMs: died.figures.lateness.spread(),
    },
    rolled: {
      reconnecting: 4 * each,
      everyMs: 15_000,
      connectMs: rolled.figures.connected.spread(),
      latenessMs: rolled.figures.lateness.spread(),
    },
    everybody: { reconnecting: REFERENCE.subscribers, connectMs: all.figures.connected.spread() },
    failedOver: {
      awayMs: 30_000,
      overdue: failedOver.figures.spread,
      everybodyHasReadAfterMs: rounded(failedOver.figures.resynced.spread().max - at),
      latenessMs: failedOver.figures.lateness.spread(),
      open: failedOver.world.open(),
      started: failedOver.figures.started,
      ended: failedOver.figures.ended,
    },
  };
  tell('failures', found);
  return found;
}

/** One wall that was looked for alone takes the place of the one before. */
function merged(): Record<string, unknown> {
  const before = kept();
  const walls = (cases['walls'] ?? []) as readonly { readonly what: string }[];
  const old = (before['walls'] ?? []) as readonly { readonly what: string }[];
  if (words === '') return { ...before, ...cases };
  const names = new Set(old.map(({ what }) => what));
  const replaced = old.map((one) => walls.find(({ what }) => what === one.what) ?? one);
  return { ...before, walls: [...replaced, ...walls.filter(({ what }) => !names.has(what))] };
}

function facts() {
  const { date, machine, commit } = readResults<{ date: string; machine: string; commit: string }>(
    'capacity',
  );
  return { date, machine, commit };
}

/** What a part alone has not simulated anew; read at the end, so that parts may run side by side. */
function kept(): Record<string, unknown> {
  if (only === undefined) return {};
  try {
    return readResults<{ cases: Record<string, unknown> }>('scale').cases;
  } catch {
    return {};
  }
}
