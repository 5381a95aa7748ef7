import { useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { type StartedIds, fillVariables } from './usage/execution-ids.js';

/**
 * Fills in the execution that was started last wherever a query asks for one. Each start is filled in once a
 * tab, when the tab is open: an id typed by hand afterwards stays until the next start.
 */
export function CarryExecution({ started }: { started: StartedIds }) {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const tabId = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  // Only to look again: a query that is being written may come to declare a variable.
  const query = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query);
  const filled = useRef(new Map<string, StartedIds>());

  useEffect(() => {
    if (!queryEditor || !variableEditor || tabId === undefined) return;
    if (filled.current.get(tabId) === started) return;
    const variables = fillVariables(queryEditor.getValue(), variableEditor.getValue(), started);
    if (variables === null) return;
    filled.current.set(tabId, started);
    variableEditor.setValue(variables);
  }, [started, queryEditor, variableEditor, tabId, query]);
  return null;
}
