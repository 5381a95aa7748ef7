import { useState } from 'react';

import { DailyChart } from './daily-chart';
import { Progress } from './progress';
import { TopClients } from './top-clients';
import { compact, percent } from './numbers';
import type { Counters, Execution } from './usage-client';
import { useUsageExecution } from './use-usage-execution';

const RANGES = [7, 28, 90];

export function App() {
  // In memory alone: a token does not belong into the browser's storage.
  const [token, setToken] = useState('demo-admin');
  const [days, setDays] = useState(28);
  const { execution, isStarting, link, problem, start } = useUsageExecution(token);
  const isRunning = isStarting || (execution !== null && !execution.done);

  return (
    <main>
      <header>
        <h1>API usage</h1>
        <p>Who calls Genesys Cloud, how often, and what goes wrong.</p>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void start(lastDays(days));
        }}
      >
        <fieldset>
          <legend>Period</legend>
          {RANGES.map((range) => (
            <label key={range} className="choice">
              <input type="radio" name="range" checked={days === range} onChange={() => setDays(range)} />
              <span>{range} days</span>
            </label>
          ))}
        </fieldset>
        <label className="token">
          <span>Token</span>
          <input
            type="password"
            autoComplete="off"
            value={token}
            onChange={({ target }) => setToken(target.value)}
          />
        </label>
        <button type="submit" disabled={isRunning}>
          Show usage
        </button>
      </form>
      {problem && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      {execution && <Progress execution={execution} link={link} />}
      {execution?.status === 'SUCCEEDED' && <Result execution={execution} />}
    </main>
  );
}

function Result({ execution: { totals, byDay, byClient } }: { execution: Execution }) {
  if (!totals.requests) return <p className="card">Nobody made a request in this period.</p>;
  const days = byDay.map(({ key, totals: sums }) => ({ day: key[0]?.value ?? '', ...parts(sums) }));
  return (
    <>
      <dl className="figures">
        <Figure name="Requests" value={compact(totals.requests)} />
        <Figure name="Errors" value={percent(totals.errorRate)} />
        <Figure name="Throttled" value={percent(totals.throttledRate)} />
        <Figure name="Rows" value={compact(totals.rowCount)} />
      </dl>
      <DailyChart
        title="Requests a day"
        days={days}
        series={[{ field: 'requests', name: 'Requests', color: 'var(--good)' }]}
      />
      <DailyChart
        title="What went wrong"
        days={days}
        series={[
          { field: 'failed', name: 'Failed', color: 'var(--bad)' },
          { field: 'throttled', name: 'Throttled (429)', color: 'var(--warn)' },
        ]}
      />
      <TopClients groups={byClient} />
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="card">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** What is neither a success nor throttled has failed: whether upstream counts 429 among the 4xx then does not matter. */
function parts({ requests, status200, status300, status429 }: Counters) {
  const all = requests ?? 0;
  const throttled = status429 ?? 0;
  return {
    requests: all,
    throttled,
    failed: Math.max(0, all - (status200 ?? 0) - (status300 ?? 0) - throttled),
  };
}

/** Whole days, the last one being yesterday: usage is computed once a day. */
function lastDays(count: number): string {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  return `${daysAgo(count)}/${daysAgo(1)}`;
}
