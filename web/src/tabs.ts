import { isRecord, parseJson } from './json';
import type { PreparedOperation } from './operations';

/** GraphiQL keeps its tabs here. */
const STORED_TABS = 'graphiql:tabState';
/** The prepared operations as they were at the last visit. */
const LAST_PREPARED = 'usage-page:prepared';
/** Left behind by GraphiQL; it would open a tab for them, in front of the prepared ones. */
const STORED_EDITORS = ['graphiql:query', 'graphiql:variables', 'graphiql:headers', 'graphiql:queries'];

/**
 * The prepared operations, fresh, followed by the tabs that the visitor has made or edited. GraphiQL by
 * itself prefers what it has stored, so that a visitor would start with the interval of weeks ago. A stored
 * tab that still reads as it was prepared goes; everything else stays.
 */
export function openingTabs(prepared: PreparedOperation[], storage: Storage): PreparedOperation[] {
  const replaced = new Set([...lastPrepared(storage), ...prepared.map((tab) => tab.query)].map(normalized));
  const own = storedTabs(storage).filter((tab) => !replaced.has(normalized(tab.query)));
  for (const key of [STORED_TABS, ...STORED_EDITORS]) storage.removeItem(key);
  storage.setItem(LAST_PREPARED, JSON.stringify(prepared.map((tab) => tab.query)));
  return [...prepared, ...own];
}

function storedTabs(storage: Storage): PreparedOperation[] {
  const stored = parseJson(storage.getItem(STORED_TABS));
  if (!isRecord(stored) || !Array.isArray(stored.tabs)) return [];
  return stored.tabs.filter(isRecord).flatMap(({ query, variables }) => {
    if (typeof query !== 'string' || query.trim() === '') return [];
    return [typeof variables === 'string' ? { query, variables } : { query }];
  });
}

function lastPrepared(storage: Storage): string[] {
  const queries = parseJson(storage.getItem(LAST_PREPARED));
  return Array.isArray(queries) ? queries.filter((query) => typeof query === 'string') : [];
}

const normalized = (query: string): string => query.replace(/\s+/g, ' ').trim();
