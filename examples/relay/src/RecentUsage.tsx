import { graphql, useLazyLoadQuery, usePaginationFragment } from 'react-relay';

import type { RecentUsage_query$key } from './__generated__/RecentUsage_query.graphql';
import type { RecentUsagePaginationQuery } from './__generated__/RecentUsagePaginationQuery.graphql';
import type { RecentUsageQuery } from './__generated__/RecentUsageQuery.graphql';
import { UsageState } from './UsageState';

export function RecentUsage() {
  const query = useLazyLoadQuery<RecentUsageQuery>(
    graphql`
      query RecentUsageQuery {
        ...RecentUsage_query
      }
    `,
    {},
  );
  const { data, hasNext, loadNext } = usePaginationFragment<
    RecentUsagePaginationQuery,
    RecentUsage_query$key
  >(
    graphql`
      fragment RecentUsage_query on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
      @refetchable(queryName: "RecentUsagePaginationQuery") {
        usageExecutions(first: $count, after: $cursor) @connection(key: "RecentUsage_usageExecutions") {
          edges {
            node {
              id
              ...UsageState_execution
            }
          }
        }
      }
    `,
    query,
  );
  return (
    <>
      {data.usageExecutions.edges.map(({ node }) => (
        <UsageState key={node.id} execution={node} />
      ))}
      {hasNext && <button onClick={() => loadNext(20)}>More</button>}
    </>
  );
}
