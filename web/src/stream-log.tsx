import { useGraphiQL } from '@graphiql/react';
import { useEffect, useRef, useState } from 'react';
import { isRecord } from './json';
import type { Shown } from './shown';
import type { StreamEnd } from './stream';

export interface StreamLogEntry {
  afterMs: number;
  result: Shown;
}

export interface StreamLogState {
  startedAt: number;
  entries: StreamLogEntry[];
  end: StreamEnd | null;
}

/**
 * GraphiQL shows the newest event only. This keeps the whole stream below it, one line an event; a click
 * puts an earlier event back into the response pane. It belongs to the tab that subscribed.
 */
export function StreamLog({ log }: { log: StreamLogState | null }) {
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  const tabId = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  const [owner, setOwner] = useState(tabId);
  // The tab that is active when a stream starts; later changes of tab do not count.
  useEffect(() => setOwner(tabId), [log?.startedAt]);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [log]);

  if (log === null || owner !== tabId) return null;
  return (
    <ol ref={list} className="stream-log" aria-label="Events of the subscription">
      {log.entries.map(({ afterMs, result }, index) => (
        <li key={index}>
          <button type="button" onClick={() => responseEditor?.setValue(JSON.stringify(result, null, 2))}>
            <span>{(afterMs / 1000).toFixed(2)} s</span> {describe(result)}
          </button>
        </li>
      ))}
      <li className={`stream-end ${log.end ?? 'live'}`}>{log.end ?? 'live'}</li>
    </ol>
  );
}

function describe({ data, errors }: Shown): string {
  if (errors?.length) {
    const [first] = errors;
    return isRecord(first) ? String(first.message) : 'error';
  }
  const [subject] = Object.values(data ?? {});
  if (!isRecord(subject) || typeof subject.status !== 'string') return 'event';
  return typeof subject.version === 'number' ? `v${subject.version} ${subject.status}` : subject.status;
}
