/** The tables of docs/scaling.md that were simulated. */
import { readResults } from './costs.ts';
import { number, percent, type Row, seconds, table } from './markdown.ts';
import type { Outcome, Wall } from './scenarios.ts';
import type { Compared } from './validation.ts';

interface Scale {
  readonly validation: readonly Compared[];
  readonly day: readonly (Outcome & { readonly hour: number })[];
  readonly nodes: readonly (Outcome & { readonly nodes: number })[];
  readonly walls: readonly (Wall & { readonly what: string; readonly unit: string })[];
  readonly failures: Failures;
}
interface Failures {
  readonly nodeDied: Reconnected;
  readonly rolled: Reconnected;
  readonly everybody: Reconnected;
  readonly failedOver: {
    readonly overdue: number;
    readonly everybodyHasReadAfterMs: number;
    readonly latenessMs: { readonly p99: number; readonly max: number };
  };
}
interface Reconnected {
  readonly reconnecting: number;
  readonly connectMs: { readonly p50: number; readonly p99: number; readonly max: number };
}
const scale = readResults<{ cases: Scale }>('scale').cases;

export const SIMULATED: Readonly<Record<string, () => string>> = {
  validation: () =>
    table(
      [
        '',
        'a second, real',
        'simulated',
        'error',
        'CPU, real',
        'simulated',
        'late p50/p99 ms, real',
        'simulated',
      ],
      scale.validation.map(({ what, calibrated, real, simulated }) => [
        `${what}${calibrated ? ' *' : ''}`,
        real.perSecond,
        simulated.perSecond,
        percent(simulated.perSecond / real.perSecond - 1),
        real.cpu === null ? '-' : percent(real.cpu),
        simulated.cpu === null ? '-' : percent(simulated.cpu),
        real.lateMs ? `${real.lateMs.p50}/${real.lateMs.p99}` : '-',
        simulated.lateMs ? `${number(simulated.lateMs.p50)}/${number(simulated.lateMs.p99)}` : '-',
      ]),
    ),
  nodes: () =>
    table(
      useHead('Nodes'),
      scale.nodes.map((one) => [one.nodes, ...useOf(one)]),
    ),
  day: () =>
    table(
      useHead('Hour'),
      scale.day.map((one) => [`${one.hour}:00`, ...useOf(one)]),
    ),
  walls: () =>
    table(
      ['', 'holds', 'then gives way'],
      scale.walls.map(({ what, unit, at, gives }) => [
        what,
        `${gives === 'nothing' ? 'over ' : ''}${number(at)} ${unit}`,
        gives,
      ]),
    ),
  failures: () => {
    const { nodeDied, rolled, everybody, failedOver } = scale.failures;
    const row = (what: string, { reconnecting, connectMs }: Reconnected): Row => [
      what,
      number(reconnecting),
      seconds(connectMs.p50),
      seconds(connectMs.p99),
      seconds(connectMs.max),
    ];
    return [
      table(
        ['', 'come back', 'p50', 'p99', 'the last'],
        [
          row('a node dies', nodeDied),
          row('a deployment, a node every 15 s (four of them)', rolled),
          row('all at once', everybody),
        ],
      ),
      '',
      `A database that is away for 30 s: ${number(failedOver.overdue)} polls are overdue and spread, every watcher has read ` +
        `again ${seconds(failedOver.everybodyHasReadAfterMs)} after its return, no execution is lost.`,
    ].join('\n');
  },
};

function useHead(first: string): Row {
  return [
    first,
    'starts a second',
    'polls a second',
    "PostgreSQL's CPU",
    'NOTIFY lock',
    'busiest node',
    'largest token',
    'lag p50/p99',
    'delivery p50/p99',
    'late p99',
  ];
}

function useOf({
  use,
  startsPerSecond,
  pollsPerSecond,
  detectionLagMs: lag,
  deliveryMs: delivery,
  queueLatenessMs: late,
}: Outcome): Row {
  return [
    number(startsPerSecond),
    number(pollsPerSecond),
    percent(use.database),
    percent(use.commitLock),
    percent(use.busiestNode),
    percent(use.largestBudget),
    `${seconds(lag.p50)}/${seconds(lag.p99)}`,
    `${seconds(delivery.p50)}/${seconds(delivery.p99)}`,
    seconds(late.p99),
  ];
}
