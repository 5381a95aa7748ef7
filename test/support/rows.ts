/** Reading an execution's rows the way a client pages through them. */
import { ExecutionRows } from '../documents/usage.graphql.js';
import type { ExecutionRowsQuery } from '../generated/graphql.js';
import { dataOf, execute, type Token } from './clients.js';

export type ReadExecution = NonNullable<ExecutionRowsQuery['usageExecution']>;
export type ReadRow = ReadExecution['rows']['nodes'][number];

export const COUNTERS = [
  'requests',
  'status200',
  'status300',
  'status400',
  'status429',
  'status500',
] as const;

/** One page. */
export async function readPage(
  url: string,
  id: string,
  page: { readonly first?: number; readonly after?: string | null } = {},
  token?: Token,
): Promise<ReadExecution> {
  const { first = 1_000, after = null } = page;
  const { usageExecution } = dataOf(await execute(url, ExecutionRows, { id, first, after }, token));
  if (!usageExecution) throw new Error(`no execution ${id}`);
  return usageExecution;
}

/** Every page, `first` rows each. */
export async function readPages(url: string, id: string, first: number): Promise<ReadExecution[]> {
  const pages: ReadExecution[] = [];
  let after: string | null | undefined = null;
  do {
    const page: ReadExecution = await readPage(url, id, { first, after });
    pages.push(page);
    after = page.rows.pageInfo.hasNextPage ? page.rows.pageInfo.endCursor : null;
  } while (after);
  return pages;
}

/** Sums of the six counters; null where no row has a value. */
export function sumsOf(rows: readonly ReadRow[]): Record<(typeof COUNTERS)[number], number | null> {
  const sum = (counter: (typeof COUNTERS)[number]) => {
    const counts = rows.map((row) => row[counter]).filter((count) => typeof count === 'number');
    return counts.length === 0 ? null : counts.reduce((total, count) => total + count, 0);
  };
  return {
    requests: sum('requests'),
    status200: sum('status200'),
    status300: sum('status300'),
    status400: sum('status400'),
    status429: sum('status429'),
    status500: sum('status500'),
  };
}
