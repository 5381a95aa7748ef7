import { useEffect, useState } from 'react';

import type { Execution, Link } from './usage-client';

const WORDS: Record<Execution['status'], string> = {
  QUEUED: 'Accepted',
  RUNNING: 'Genesys Cloud is working on it',
  SUCCEEDED: 'Done',
  FAILED: 'Failed',
  CANCELED: 'Canceled',
  TIMED_OUT: 'Took too long',
};
const LINKS: Record<Link, string> = {
  connecting: 'connecting …',
  pushed: 'live',
  polled: 'polling, since nothing can be pushed here',
};

export function Progress({ execution, link }: { execution: Execution; link: Link }) {
  const { status, done, createdAt, finishedAt, pollCount, delay, error } = execution;
  const now = useNow(!done);
  const seconds = Math.max(0, (finishedAt ? Date.parse(finishedAt) : now) - Date.parse(createdAt)) / 1000;
  return (
    <section className={`card progress ${status.toLowerCase()}`}>
      <p role="status">
        <span className="dot" aria-hidden="true" />
        <strong>{WORDS[status]}</strong> <code>{status}</code>
      </p>
      <p className="facts">
        {seconds.toFixed(done ? 1 : 0)} s · asked upstream {pollCount} {pollCount === 1 ? 'time' : 'times'}
        {!done && ` · ${LINKS[link]}`}
      </p>
      {delay && <p className="facts">{delay.message}</p>}
      {error && (
        <p className="facts">
          {error.code}: {error.message}
        </p>
      )}
    </section>
  );
}

/** The time, a second at a time, for as long as somebody needs it. */
function useNow(isNeeded: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isNeeded) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isNeeded]);
  return now;
}
