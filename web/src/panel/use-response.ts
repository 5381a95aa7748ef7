import { useGraphiQL } from '@graphiql/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { isRecord, parseJson } from '../json.js';
import { type Drawable, findDrawables } from '../usage/find-drawables.js';
import { readResponse } from '../usage/response-tree.js';

export interface PanelResponse {
  readonly text: string;
  /** As it was when the response came: its aliases are those of the response. */
  readonly query: string;
  readonly found: readonly Drawable[];
  readonly failed: boolean;
  /** The one before is shown until there is a new one. */
  readonly stale: boolean;
}

/** What stands in the response editor: of the tab that is open, and of the event that was chosen in the log. */
export function useResponse(): PanelResponse {
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const isFetching = useGraphiQL((state) => state.isFetching);
  const [current, setCurrent] = useState({ text: '', query: '' });
  const last = useRef(current);

  useEffect(() => {
    if (!responseEditor || !queryEditor) return;
    const read = (): void => setCurrent({ text: responseEditor.getValue(), query: queryEditor.getValue() });
    read();
    const subscription = responseEditor.onDidChangeModelContent(read);
    return () => subscription.dispose();
  }, [responseEditor, queryEditor]);

  // GraphiQL empties the response when it sends: the panel would close and open again.
  const stale = current.text === '' && isFetching;
  const shown = stale ? last.current : current;
  useEffect(() => {
    last.current = shown;
  }, [shown]);
  return useMemo(() => {
    const response = parseJson(shown.text);
    const { data, errors } = isRecord(response) ? response : { data: null, errors: null };
    return {
      ...shown,
      stale,
      failed: Boolean(errors),
      found: findDrawables(readResponse(data, shown.query)),
    };
  }, [shown, stale]);
}
