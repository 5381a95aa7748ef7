/**
 * What all nodes together have before them. Every node shows it, from one look at the database which many scrapes share;
 * a node spends a bounded share of its time on it, however slow the database, and a scrape never waits for one that is
 * away.
 */
import { Gauge, type Registry } from 'prom-client';

import { type ReadStoreFigures, type StoreFigures, WAIT_REASONS } from '../domain/ports/store-figures.js';
import { createFreshFigures } from './fresh-figures.js';

export function addStoreGauges(registry: Registry): (read: ReadStoreFigures) => void {
  let look: () => Promise<StoreFigures | null> = async () => null;
  const gauge = (
    name: string,
    help: string,
    set: (gauge: Gauge, figures: StoreFigures) => void,
    label?: string,
  ) =>
    new Gauge({
      name,
      help,
      ...(label ? { labelNames: [label] } : {}),
      registers: [registry],
      async collect() {
        const figures = await look();
        // What was true before an outage would look like the truth of now.
        this.reset();
        if (figures) set(this, figures);
        else if (!label) this.remove();
      },
    });
  addFigures(gauge);
  registry.registerMetric(
    new Gauge({
      name: 'usage_graphql_database_up',
      help:
        'Whether this node got an answer when it last looked at the database for these metrics: 1 or 0. While it is 0, ' +
        'the metrics that come from the database are absent.',
      registers: [],
      async collect() {
        this.set((await look()) === null ? 0 : 1);
      },
    }),
  );
  return (read) => {
    look = createFreshFigures(read);
  };
}

type AddGauge = (
  name: string,
  help: string,
  set: (gauge: Gauge, figures: StoreFigures) => void,
  label?: string,
) => void;

const OF_ALL = 'Of all nodes together, so the same at each: take the maximum over them, not the sum.';

function addFigures(gauge: AddGauge): void {
  gauge(
    'usage_graphql_queue_lateness_seconds',
    `For how long the execution that has been due for longest waits for a node; 0 when none is due. ${OF_ALL}`,
    (to, { latestByMs }) => to.set(latestByMs / 1000),
  );
  gauge(
    'usage_graphql_executions_open',
    `Executions that have not ended yet, by status. ${OF_ALL}`,
    (to, { queued, running }) => {
      to.set({ status: 'QUEUED' }, queued);
      to.set({ status: 'RUNNING' }, running);
    },
    'status',
  );
  gauge(
    'usage_graphql_executions_waiting',
    'Open executions that upstream is not asked for, by what they wait for: a place in the budget, the time that ' +
      `upstream asked for, a failing upstream, or a token. ${OF_ALL}`,
    (to, { waiting }) => {
      for (const reason of WAIT_REASONS) to.set({ reason }, waiting[reason]);
    },
    'reason',
  );
  gauge(
    'usage_graphql_upstream_budget_used_ratio',
    'Share of the budget of upstream requests that is used, of the credential that has used most, within the last ' +
      `minute; 0 to 1. ${OF_ALL}`,
    (to, { budget }) => to.set(budget.usedShare),
  );
  gauge(
    'usage_graphql_upstream_blocked_credentials',
    `Credentials that upstream wants to be left alone with (429, Retry-After). ${OF_ALL}`,
    (to, { budget }) => to.set(budget.blocked),
  );
  gauge(
    'usage_graphql_upstream_breaker_open',
    'What fails at upstream and is left alone but for one probe at a time: the host (0 or 1), and the number of ' +
      `credentials. ${OF_ALL}`,
    (to, { paused }) => {
      to.set({ scope: 'host' }, paused.host);
      to.set({ scope: 'credential' }, paused.credentials);
    },
    'scope',
  );
}
