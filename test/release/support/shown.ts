/** Everything that clients can see of a finished execution, asked for page by page at nodes in turn. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

import {
  CompareExecutions,
  Execution,
  ExecutionRows,
  Executions,
  ExecutionTable,
  NodeById,
} from '../../documents/usage.graphql.js';
import type { ExecutionTableQuery, ExecutionTableQueryVariables } from '../../generated/graphql.js';
import { dataOf, execute } from '../../support/clients.js';
import { download, textOf } from '../../support/exports.js';

/** Small enough for several pages of what the tests ask for. */
const PAGE = 30;
const BY_CLIENT = { by: ['OAUTH_CLIENT' as const] };
const ORDER: Partial<ExecutionTableQueryVariables> = {
  orderBy: [
    { field: 'REQUESTS', direction: 'DESC' },
    { field: 'HTTP_METHOD', direction: 'ASC' },
  ],
  filter: { httpMethods: ['GET', 'POST'] },
};

export async function shown(urls: readonly [string, ...string[]], id: string): Promise<unknown> {
  let turn = 0;
  const next = () => urls[turn++ % urls.length]!;
  const ask = async <T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T> =>
    dataOf(await execute(next(), document, variables));

  async function pages(choice: Partial<ExecutionTableQueryVariables>): Promise<unknown[]> {
    const found: unknown[] = [];
    let after: string | null | undefined = null;
    do {
      const variables: ExecutionTableQueryVariables = { id, first: PAGE, after, ...BY_CLIENT, ...choice };
      const { usageExecution: table }: ExecutionTableQuery = await ask(ExecutionTable, variables);
      // Cursors may differ from release to release; that they are understood is what matters.
      const { nodes, totalCount, pageInfo } = table!.rows;
      found.push({ nodes, totalCount, hasNextPage: pageInfo.hasNextPage, table: { ...table, rows: null } });
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    return found;
  }

  const exported = async (kind: 'csv' | 'jsonl') =>
    textOf(await download(next(), `/executions/${id}/rows.${kind}`));
  const full = await ask(ExecutionRows, { id, first: 1000 });
  return {
    state: await ask(Execution, { id }),
    node: await ask(NodeById, { id }),
    listed: (await ask(Executions, { first: 100 })).usageExecutions.nodes.find((one) => one.id === id),
    full: { totals: full.usageExecution?.totals, rows: full.usageExecution?.rows.nodes },
    pages: await pages({}),
    ordered: await pages(ORDER),
    comparison: await ask(CompareExecutions, { baseline: id, current: id, ...BY_CLIENT }),
    csv: await exported('csv'),
    jsonl: await exported('jsonl'),
  };
}
