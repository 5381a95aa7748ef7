import { graphql, usePaginationFragment } from 'react-relay';

import type { UsageRows_execution$key } from './__generated__/UsageRows_execution.graphql';
import type { UsageRowsPaginationQuery } from './__generated__/UsageRowsPaginationQuery.graphql';

/** `@refetchable` works because an execution is a `Node`: the next page is asked for by `node(id:)`. */
export function UsageRows({ execution }: { execution: UsageRows_execution$key }) {
  const { data, hasNext, loadNext, isLoadingNext } = usePaginationFragment<
    UsageRowsPaginationQuery,
    UsageRows_execution$key
  >(
    graphql`
      fragment UsageRows_execution on UsageExecution
      @argumentDefinitions(
        count: { type: "Int", defaultValue: 50 }
        cursor: { type: "String" }
        orderBy: { type: "[UsageRowOrder!]" }
      )
      @refetchable(queryName: "UsageRowsPaginationQuery") {
        rows(first: $count, after: $cursor, orderBy: $orderBy) @connection(key: "UsageRows_rows") {
          edges {
            node {
              date
              oauthClient {
                id
                name
              }
              requests
            }
          }
        }
      }
    `,
    execution,
  );
  return (
    <>
      <ul>
        {data.rows.edges.map(({ node }, index) => (
          <li key={index}>
            {node.oauthClient?.name}: {node.requests}
          </li>
        ))}
      </ul>
      {hasNext && (
        <button disabled={isLoadingNext} onClick={() => loadNext(50)}>
          More
        </button>
      )}
    </>
  );
}
