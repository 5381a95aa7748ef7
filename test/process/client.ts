/** A caller of the program over HTTP, and what the tests ask of it. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';

import {
  ExecutionRows,
  OAuthClients,
  QueryOrganizationUsage,
  SummarizeOAuthClientUsage,
} from '../documents/usage.graphql.js';
import { until } from '../store/embedded/scratch.js';

export const DEMO_TOKEN = 'demo-admin';

/** Throws when the answer has errors. */
export async function ask<Data, Variables>(
  url: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  token: string = DEMO_TOKEN,
): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const answer = (await response.json()) as { data?: Data; errors?: unknown };
  if (answer.errors !== undefined || !answer.data) throw new Error(JSON.stringify(answer));
  return answer.data;
}

/** Starts an execution that differs from those with another `number`, and gives its id. */
export async function startQuery(url: string, number: number, token?: string): Promise<string> {
  const from = new Date(Date.UTC(2026, 0, 1 + number)).toISOString().slice(0, 10);
  const input = { interval: `${from}/P7D`, granularity: 'DAY' as const };
  const { queryOrganizationUsage: payload } = await ask(url, QueryOrganizationUsage, { input }, token);
  return idOf(payload);
}

/** As `startQuery`, of the quickest kind: the simulated upstream takes at most two seconds. */
export async function startSummary(url: string, number: number): Promise<string> {
  const { oauthClients } = await ask(url, OAuthClients, {});
  const input = { clientId: oauthClients[0]?.id ?? '', days: number + 1 };
  const { summarizeOAuthClientUsage: payload } = await ask(url, SummarizeOAuthClientUsage, { input });
  return idOf(payload);
}

/** Waits until it is final; gives how it ended and how many of its rows can be read. */
export async function ending(
  url: string,
  id: string,
  token?: string,
): Promise<{ status: string; hasRows: boolean }> {
  const { status, rows, totals } = await until(`the end of ${id}`, async () => {
    const { usageExecution } = await ask(url, ExecutionRows, { id, first: 1000 }, token);
    return usageExecution && !['QUEUED', 'RUNNING'].includes(usageExecution.status) ? usageExecution : null;
  });
  const { totalCount, nodes } = rows;
  return { status, hasRows: totalCount > 0 && totals.rowCount === totalCount && nodes.length > 0 };
}

export const SUCCESS = { status: 'SUCCEEDED', hasRows: true };

function idOf(payload: { execution?: { id: string } | null; userErrors: unknown[] }): string {
  if (!payload.execution) throw new Error(JSON.stringify(payload.userErrors));
  return payload.execution.id;
}
