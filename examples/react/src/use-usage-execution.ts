import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { createUsageClient, type Execution, type Link } from './usage-client';

export interface UsageExecutionState {
  /** The latest state; null before the first start. */
  execution: Execution | null;
  isStarting: boolean;
  link: Link;
  /** What is in the way, for people; null when nothing is. */
  problem: string | null;
  start: (interval: string) => Promise<void>;
}

/**
 * Starts a usage query and keeps its state up to date until it is final. `token` may change while it runs: whatever is
 * asked next is asked with the new one.
 */
export function useUsageExecution(token: string): UsageExecutionState {
  const latestToken = useRef(token);
  useEffect(() => {
    latestToken.current = token;
  }, [token]);
  const client = useMemo(() => createUsageClient(() => latestToken.current), []);

  const [execution, setExecution] = useState<Execution | null>(null);
  const [isStarting, setIsStarting] = useState(false);
  const [link, setLink] = useState<Link>('connecting');
  const [problem, setProblem] = useState<string | null>(null);

  const id = execution?.id;
  const isOpen = execution !== null && !execution.done;
  useEffect(() => {
    if (id === undefined || !isOpen) return;
    return client.watch(id, {
      onState: (state) => {
        setExecution(state);
        setProblem(null);
      },
      onLink: setLink,
      onProblem: setProblem,
    });
  }, [client, id, isOpen]);

  const start = useCallback(
    async (interval: string) => {
      setIsStarting(true);
      setProblem(null);
      try {
        setExecution(await client.start(interval, crypto.randomUUID()));
      } catch (error) {
        setProblem((error as Error).message);
      } finally {
        setIsStarting(false);
      }
    },
    [client],
  );
  return { execution, isStarting, link, problem, start };
}
