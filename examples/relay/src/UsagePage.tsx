import { graphql, useLazyLoadQuery } from 'react-relay';

import type { UsagePageQuery } from './__generated__/UsagePageQuery.graphql';
import { UsageRows } from './UsageRows';
import { UsageState } from './UsageState';

export function UsagePage({ id }: { id: string }) {
  const { usageExecution } = useLazyLoadQuery<UsagePageQuery>(
    graphql`
      query UsagePageQuery($id: ID!, $count: Int = 50) {
        usageExecution(id: $id) {
          ...UsageState_execution
          ...UsageRows_execution @arguments(count: $count, orderBy: [{ field: REQUESTS, direction: DESC }])
        }
      }
    `,
    { id },
  );
  if (!usageExecution) return <p>There is no such execution, or it has expired.</p>;
  return (
    <>
      <UsageState execution={usageExecution} />
      <UsageRows execution={usageExecution} />
    </>
  );
}
