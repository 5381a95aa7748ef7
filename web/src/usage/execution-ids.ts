/** Ids of executions: into which variables they go, and which of them a response is about. */
import { Kind, parse } from 'graphql';
import { isRecord, parseJson } from '../json.js';

/**
 * By the name of the variable that takes it: what was started under the alias `baseline` or `current` is for
 * that variable alone, and `id` is what was started last of all else.
 */
export type StartedIds = Readonly<Record<string, string>>;

const FILLED: ReadonlySet<string> = new Set(['id', 'baseline', 'current']);
const EXECUTION_ID = /\bexe_[0-9a-f]{32}\b/g;

/** The ids of the executions that a response of a mutation has started. */
export function startedIds(data: unknown): StartedIds {
  const started: Record<string, string> = {};
  for (const [alias, payload] of isRecord(data) ? Object.entries(data) : []) {
    const id = payloadId(payload);
    if (id !== null) started[FILLED.has(alias) ? alias : 'id'] = id;
  }
  return started;
}

/** An execution by its id's form: the alias of `execution` and of `id` do not matter. */
function payloadId(payload: unknown): string | null {
  for (const execution of isRecord(payload) ? Object.values(payload) : []) {
    for (const value of isRecord(execution) ? Object.values(execution) : []) {
      if (typeof value === 'string' && value.match(EXECUTION_ID)?.[0] === value) return value;
    }
  }
  return null;
}

/** The variables with the ids filled in that the query declares; null: it declares none of them. */
export function fillVariables(query: string, variables: string, ids: StartedIds): string | null {
  const names = executionVariables(query).filter((name) => ids[name] !== undefined);
  if (names.length === 0) return null;
  const given = parseJson(variables);
  const filled = Object.fromEntries(names.map((name) => [name, ids[name]]));
  return JSON.stringify({ ...(isRecord(given) ? given : {}), ...filled }, null, 2);
}

/** Of the variables that the page fills, those that the query declares. */
export function executionVariables(query: string): string[] {
  try {
    return parse(query)
      .definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
      .flatMap(({ variableDefinitions = [] }) => variableDefinitions)
      .map(({ variable }) => variable.name.value)
      .filter((name) => FILLED.has(name));
  } catch {
    return [];
  }
}

/**
 * The executions whose rows can be exported from here: those in the response, else those in the variables,
 * else those in the text of the query. No id twice.
 */
export function exportableIds(response: string, variables: string, query: string): string[] {
  for (const text of [response, variables, query]) {
    const ids = text.match(EXECUTION_ID);
    if (ids) return [...new Set(ids)];
  }
  return [];
}
