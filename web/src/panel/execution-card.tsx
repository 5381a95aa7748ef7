import { useEffect, useState } from 'react';
import { COUNTERS, COUNTER_NAMES } from '../usage/counters.js';
import {
  type ExecutionFacts,
  type Status,
  type Totals,
  type Trouble,
  elapsedMs,
  untilNextPollMs,
} from '../usage/execution.js';
import { formatDuration, formatInstant, formatNumber, formatShare } from '../usage/format.js';
import { words } from '../usage/table.js';

/** An execution as it stands; its times go on while it runs. */
export function ExecutionCard({ execution }: { execution: ExecutionFacts }) {
  const now = useNow(!execution.done);
  return (
    <div className="execution">
      <div className="execution-head">
        <span className={`status ${execution.status.toLowerCase()}`}>{words(execution.status)}</span>
        {execution.operation && <span>{words(execution.operation)}</span>}
        {execution.id && <code>{execution.id}</code>}
      </div>
      <Steps status={execution.status} />
      <dl className="facts">
        {facts(execution, now).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {execution.delay && <Notice kind="delay" title="It waits" trouble={execution.delay} />}
      {execution.error && <Notice kind="error" title="It ended without rows" trouble={execution.error} />}
      {execution.upstreamMayStillRun && (
        <p className="panel-note">Genesys Cloud may still be working on it: it has no cancel.</p>
      )}
      {execution.truncated && (
        <p className="panel-note">There were more rows than are kept: the result is not complete.</p>
      )}
      {execution.totals && execution.done && <TotalsTiles totals={execution.totals} />}
    </div>
  );
}

/** Shown twice a second is enough for tenths that a person reads. */
const TICK_MS = 500;

function useNow(ticking: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}

function facts(execution: ExecutionFacts, now: number): [string, string][] {
  const elapsed = elapsedMs(execution, now);
  const next = untilNextPollMs(execution, now);
  const list: [string, string | null][] = [
    [execution.done ? 'Took' : 'Elapsed', elapsed === null ? null : formatDuration(elapsed)],
    ['Polls', execution.pollCount === null ? null : formatNumber(execution.pollCount)],
    ['Next poll', next === null ? null : next === 0 ? 'due now' : `in ${formatDuration(next)}`],
    ['Version', execution.version === null ? null : String(execution.version)],
    ['Usage up to', execution.asOf && formatInstant(execution.asOf)],
    ['Kept until', execution.expiresAt && formatInstant(execution.expiresAt)],
    ['Upstream id', execution.upstreamId],
  ];
  return list.filter((fact): fact is [string, string] => fact[1] !== null);
}

const END_NAMES: Readonly<Record<Status, string>> = {
  QUEUED: 'Done',
  RUNNING: 'Done',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  CANCELED: 'Canceled',
  TIMED_OUT: 'Timed out',
};

/** Queued → running → how it ended. */
function Steps({ status }: { status: Status }) {
  const at = status === 'QUEUED' ? 0 : status === 'RUNNING' ? 1 : 2;
  return (
    <ol className={`steps ${status.toLowerCase()}`} aria-label="Progress">
      {['Queued', 'Running', END_NAMES[status]].map((name, index) => (
        <li
          key={index}
          className={index < at ? 'past' : index === at ? 'present' : 'future'}
          aria-current={index === at ? 'step' : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  );
}

function Notice({ kind, title, trouble }: { kind: 'delay' | 'error'; title: string; trouble: Trouble }) {
  const more = [
    trouble.upstreamStatus === null ? null : `upstream status ${trouble.upstreamStatus}`,
    trouble.retryAfter && `not before ${formatInstant(trouble.retryAfter)}`,
    trouble.retryable === null ? null : trouble.retryable ? 'worth another try' : 'another try will not help',
    trouble.correlationId && `correlation id ${trouble.correlationId}`,
  ].filter(Boolean);
  return (
    <div className={`notice ${kind}`}>
      <strong>
        {title}
        {trouble.code && `: ${words(trouble.code)}`}
      </strong>
      {trouble.message && <span>{trouble.message}</span>}
      {more.length > 0 && <small>{more.join(' · ')}</small>}
    </div>
  );
}

export function TotalsTiles({ totals }: { totals: Totals }) {
  const tiles: [string, string][] = COUNTERS.flatMap((counter): [string, string][] => {
    const value = totals.counters[counter];
    return value === null ? [] : [[COUNTER_NAMES[counter], formatNumber(value)]];
  });
  if (totals.errorRate !== null) tiles.push(['Error rate', formatShare(totals.errorRate)]);
  if (totals.throttledRate !== null) tiles.push(['Throttled rate', formatShare(totals.throttledRate)]);
  if (totals.rowCount !== null) tiles.push(['Rows', formatNumber(totals.rowCount)]);
  return (
    <dl className="tiles">
      {tiles.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
