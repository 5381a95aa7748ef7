import { GraphiQL } from 'graphiql';
import { useMemo, useState } from 'react';
import { CarryExecution } from './carry-execution';
import type { PageConfig } from './config';
import { createFetcher } from './fetcher';
import { FollowSystemTheme } from './follow-system-theme';
import type { PreparedOperation } from './operations';
import { Panel } from './panel/panel';
import type { Shown } from './shown';
import type { StreamEnd, StreamListener } from './stream';
import { StreamLog, type StreamLogState } from './stream-log';
import { TokenBar } from './token-bar';
import type { StartedIds } from './usage/execution-ids.js';

/** No history: it would write the headers editor, and a token with it, into localStorage. */
const PLUGINS: [] = [];

export function App({ config, tabs }: { config: PageConfig; tabs: PreparedOperation[] }) {
  const [token, setToken] = useState<string | null>(null);
  const [started, setStarted] = useState<StartedIds>({});
  const [log, stream] = useStreamLog();
  const fetcher = useMemo(
    () =>
      createFetcher({
        config,
        token,
        onStarted: (ids) => setStarted((earlier) => ({ ...earlier, ...ids })),
        stream,
      }),
    [config, token, stream],
  );
  const ready = config.simulated || token !== null;

  return (
    <>
      {config.simulated ? (
        <p className="bar" role="note">
          <strong>Simulated data.</strong> No Genesys Cloud is connected: organizations, clients and numbers
          are made up. Requests carry the demo token of the Headers editor.
        </p>
      ) : (
        <TokenBar given={token !== null} onToken={setToken} />
      )}
      <GraphiQL
        fetcher={fetcher}
        // A schema of null means: do not introspect. Without a token it could only fail.
        {...(ready ? {} : { schema: null })}
        defaultTabs={tabs}
        {...(config.demoToken !== null && { defaultHeaders: bearer(config.demoToken) })}
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
        plugins={PLUGINS}
      >
        <GraphiQL.Footer>
          <Panel token={token}>
            <StreamLog log={log} />
          </Panel>
        </GraphiQL.Footer>
        <CarryExecution started={started} />
        <FollowSystemTheme />
      </GraphiQL>
    </>
  );
}

const bearer = (token: string): string => JSON.stringify({ authorization: `Bearer ${token}` }, null, 2);

/** Of a stream without an end, such as usageExecutionsFinished. */
const MAX_ENTRIES = 200;

function useStreamLog(): [StreamLogState | null, StreamListener] {
  const [log, setLog] = useState<StreamLogState | null>(null);
  const listener = useMemo<StreamListener>(
    () => ({
      onStart: () => setLog({ startedAt: performance.now(), entries: [], end: null }),
      onEvent(result: Shown) {
        const now = performance.now();
        setLog(
          (old) =>
            old && {
              ...old,
              entries: [...old.entries.slice(1 - MAX_ENTRIES), { afterMs: now - old.startedAt, result }],
            },
        );
      },
      onEnd: (end: StreamEnd) => setLog((old) => old && { ...old, end }),
    }),
    [],
  );
  return [log, listener];
}
