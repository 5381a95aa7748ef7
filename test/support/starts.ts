/** The six starts, each with an input that gives a few pages of rows. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

import type { UsageOperation } from '../../src/domain/operation.js';
import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';
import * as documents from '../documents/usage.graphql.js';
import type {
  StartedFragment,
  UsageDimension,
  UsageExecutionStatus,
  UsageGranularity,
  UsageMetric,
} from '../generated/graphql.js';
import { dataOf, execute, type Token, webSocketDoor } from './clients.js';

export interface Choice {
  readonly interval?: string;
  readonly granularity?: UsageGranularity | null;
  readonly groupBy?: UsageDimension[];
  readonly metrics?: UsageMetric[];
  readonly clientId?: string;
  /** Left out: always a new query, since each test wants its own. */
  readonly reuse?: { readonly maxAgeSeconds?: number | null };
  readonly idempotencyKey?: string;
  readonly waitMs?: number;
}

const DAY_MS = 86_400_000;
const dayBefore = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

/** Three days that upstream has settled. */
export const INTERVAL = `${dayBefore(4)}/${dayBefore(2)}`;
/** The busiest client of the organization of `demo-admin`. */
export const DEMO_CLIENT_ID = DEMO_ORGANIZATION.clients[0]?.id ?? '';

const NONE = { maxAgeSeconds: 0 };

const organizationGroups: UsageDimension[] = ['OAUTH_CLIENT', 'HTTP_METHOD'];
const clientGroups: UsageDimension[] = ['TEMPLATE_URI', 'HTTP_METHOD'];

/** Starts a query of any kind; `choice` takes the place of the usual input. */
export async function start(
  url: string,
  operation: UsageOperation,
  { clientId = DEMO_CLIENT_ID, ...choice }: Choice = {},
  token?: Token,
): Promise<StartedFragment> {
  const send = <T extends object, V>(document: TypedDocumentNode<T, V>, variables: V) =>
    execute(url, document, variables, token).then(payloadOf);
  const query = { interval: INTERVAL, granularity: 'DAY' as UsageGranularity | null, reuse: NONE, ...choice };
  const { interval = INTERVAL, groupBy, metrics, reuse = NONE } = choice;
  switch (operation) {
    case 'ORGANIZATION_QUERY':
      return send(documents.QueryOrganizationUsage, { input: { groupBy: organizationGroups, ...query } });
    case 'OAUTH_CLIENT_QUERY':
      return send(documents.QueryOAuthClientUsage, { input: { clientId, groupBy: clientGroups, ...query } });
    case 'OAUTH_CLIENT_SUMMARY':
      return send(documents.SummarizeOAuthClientUsage, { input: { clientId, reuse } });
    case 'SIMPLE_SEARCH':
      return send(documents.SearchUsage, {
        input: { interval, reuse, ...(groupBy ? { groupBy } : {}), ...(metrics ? { metrics } : {}) },
      });
    case 'ORGANIZATION_AGGREGATES':
      return send(documents.AggregateOrganizationUsage, { input: { groupBy: organizationGroups, ...query } });
    case 'OAUTH_CLIENT_AGGREGATES':
      return send(documents.AggregateOAuthClientUsage, {
        input: { clientId, groupBy: clientGroups, ...query },
      });
  }
}

/** The id of a query that was accepted. */
export async function startedId(
  url: string,
  operation: UsageOperation = 'ORGANIZATION_QUERY',
  choice?: Choice,
  token?: Token,
): Promise<string> {
  const { execution, userErrors } = await start(url, operation, choice, token);
  if (!execution || userErrors.length > 0) throw new Error(`not started: ${JSON.stringify(userErrors)}`);
  return execution.id;
}

/** Waits for the final state by the service's own push. */
export async function finalStatus(url: string, id: string, token?: Token): Promise<UsageExecutionStatus> {
  const stream = webSocketDoor.subscribe(url, documents.ExecutionFinished, { id }, token);
  const result = await stream.next();
  if (!result) throw new Error(`no final state: ${JSON.stringify(await stream.ended)}`);
  return dataOf(result).usageExecutionFinished.status;
}

/** Starts a query and waits until its rows are here. */
export async function finishedId(
  url: string,
  operation?: UsageOperation,
  choice?: Choice,
  token?: Token,
): Promise<string> {
  const id = await startedId(url, operation, choice, token);
  const status = await finalStatus(url, id, token);
  if (status !== 'SUCCEEDED') throw new Error(`${id} has ended as ${status}`);
  return id;
}

function payloadOf<T extends object>(result: Parameters<typeof dataOf<T>>[0]): StartedFragment {
  const [payload] = Object.values(dataOf(result)) as StartedFragment[];
  if (!payload) throw new Error('a start without a payload');
  return payload;
}
