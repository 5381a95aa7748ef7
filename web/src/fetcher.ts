import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { type OperationDefinitionNode, getOperationAST, parse } from 'graphql';
import type { PageConfig } from './config';
import { type Headers, requestHeaders } from './headers';
import { isRecord, parseJson } from './json';
import { type Shown, failure, show } from './shown';
import { type StreamListener, openStream } from './stream';
import { type StartedIds, executionVariables, startedIds } from './usage/execution-ids.js';

export interface FetcherOptions {
  config: PageConfig;
  /** From the token field; a token in the headers editor goes before it. */
  token: string | null;
  /** Called with the ids of the executions that a mutation has started. */
  onStarted: (ids: StartedIds) => void;
  stream: StreamListener;
}

/** Queries and mutations over HTTP, subscriptions over WebSocket, both with the headers of the editor. */
export function createFetcher({ config, token, onStarted, stream }: FetcherOptions): Fetcher {
  return async (params, options) => {
    const introspection = params.operationName === 'IntrospectionQuery';
    const headers = requestHeaders(options?.headers, introspection ? (token ?? config.demoToken) : token);
    if (introspection) return introspect(config.endpoint, params, headers);

    const hint = missing(params, headers, config);
    if (hint !== null) return show(failure(hint));
    const operation = chooseOperation(params);
    const request = { ...params, operationName: operation?.name?.value ?? params.operationName ?? null };
    if (operation?.operation === 'subscription') {
      return openStream(config.subscriptionEndpoint, request, headers.authorization, stream);
    }
    const result = await post(config.endpoint, request, headers);
    if (operation?.operation === 'mutation') {
      const ids = startedIds(result.data);
      if (Object.keys(ids).length > 0) onStarted(ids);
    }
    return show(result);
  };
}

/** A failure thrown is shown once; one returned would make GraphiQL ask again without subscriptions. */
async function introspect(endpoint: string, params: FetcherParams, headers: Headers) {
  const result = await post(endpoint, params, headers);
  const [error] = result.errors ?? [];
  if (!result.data) {
    throw new Error(`The schema was not read: ${isRecord(error) ? String(error.message) : 'no data'}`);
  }
  return show(result);
}

async function post(endpoint: string, params: FetcherParams, headers: Headers): Promise<Shown> {
  let response: Response;
  let body: string;
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(params),
    });
    body = await response.text();
  } catch (error) {
    return failure(`No answer from ${endpoint}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = parseJson(body);
  if (isRecord(result)) return result;
  return failure(`HTTP ${response.status} ${response.statusText}: ${body.slice(0, 300)}`);
}

/** What the visitor still has to do before a request makes sense; null: nothing. */
function missing(params: FetcherParams, headers: Headers, config: PageConfig): string | null {
  if (!config.simulated && headers.authorization === undefined) {
    return 'No token yet: put one into the field at the top of the page.';
  }
  const variables = isRecord(params.variables) ? params.variables : {};
  const empty = executionVariables(params.query).find((name) => variables[name] === '');
  if (empty === undefined) return null;
  const step = empty === 'id' ? 'Step1_Start' : 'Step6_StartTwoWeeks';
  return `No execution yet: run ${step} first; it fills in $${empty} here.`;
}

/** The operation that the text itself names. GraphiQL's own idea of it lags behind a change of tab. */
function chooseOperation({ query, operationName }: FetcherParams): OperationDefinitionNode | null {
  try {
    const document = parse(query);
    return getOperationAST(document) ?? getOperationAST(document, operationName) ?? null;
  } catch {
    return null; // The server says what is wrong with the text, and where.
  }
}
