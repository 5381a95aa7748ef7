import { useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { isRecord, parseJson } from './json';
import { TAKES_EXECUTION_ID } from './operations';

/**
 * Fills `$id` in the tabs that wait for and read an execution. Each execution is filled in once a tab, when
 * the tab is open: an id typed by hand afterwards stays until the next start.
 */
export function CarryExecution({ id }: { id: string | null }) {
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const tabId = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  const title = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.title);
  const filled = useRef(new Map<string, string>());

  useEffect(() => {
    if (id === null || !variableEditor || tabId === undefined) return;
    if (!TAKES_EXECUTION_ID.has(title ?? '') || filled.current.get(tabId) === id) return;
    filled.current.set(tabId, id);
    const variables = parseJson(variableEditor.getValue());
    variableEditor.setValue(JSON.stringify({ ...(isRecord(variables) ? variables : {}), id }, null, 2));
  }, [id, variableEditor, tabId, title]);
  return null;
}
