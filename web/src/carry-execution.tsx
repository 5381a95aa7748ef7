import { useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { isRecord, parseJson } from './json';
import { TAKES_EXECUTION_ID } from './operations';

/** One for each start, also when two starts gave the same execution. */
export interface StartedExecution {
  id: string;
}

/**
 * Fills `$id` in the tabs that wait for and read an execution. Each start is filled in once a tab, when the
 * tab is open: an id typed by hand afterwards stays until the next start.
 */
export function CarryExecution({ started }: { started: StartedExecution | null }) {
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const tabId = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  const title = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.title);
  const filled = useRef(new Map<string, StartedExecution>());

  useEffect(() => {
    if (started === null || !variableEditor || tabId === undefined) return;
    if (!TAKES_EXECUTION_ID.has(title ?? '') || filled.current.get(tabId) === started) return;
    filled.current.set(tabId, started);
    const variables = parseJson(variableEditor.getValue());
    variableEditor.setValue(
      JSON.stringify({ ...(isRecord(variables) ? variables : {}), id: started.id }, null, 2),
    );
  }, [started, variableEditor, tabId, title]);
  return null;
}
