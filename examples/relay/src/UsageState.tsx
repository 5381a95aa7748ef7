import { useMemo } from 'react';
import { graphql, useFragment, useSubscription } from 'react-relay';

import type { UsageState_execution$key } from './__generated__/UsageState_execution.graphql';
import type { UsageStateSubscription } from './__generated__/UsageStateSubscription.graphql';

/** Executions are nodes: what the subscription brings is merged by `id`, and every component that shows it sees it. */
export function UsageState({ execution }: { execution: UsageState_execution$key }) {
  const { id, status, pollCount, error } = useFragment(
    graphql`
      fragment UsageState_execution on UsageExecution {
        id
        version
        status
        done
        pollCount
        pollAfterMs
        error {
          code
          message
        }
      }
    `,
    execution,
  );
  useSubscription<UsageStateSubscription>(
    useMemo(
      () => ({
        subscription: graphql`
          subscription UsageStateSubscription($id: ID!) {
            usageExecutionUpdated(id: $id) {
              ...UsageState_execution
              # With the arguments of the page, so that the last push fills the list that it shows.
              ...UsageRows_execution @arguments(orderBy: [{ field: REQUESTS, direction: DESC }])
            }
          }
        `,
        variables: { id },
      }),
      [id],
    ),
  );
  return (
    <p role="status">{error ? `${error.code}: ${error.message}` : `${status}, asked ${pollCount} times`}</p>
  );
}
