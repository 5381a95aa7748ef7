import { graphql, useMutation } from 'react-relay';

import type { StartUsageMutation } from './__generated__/StartUsageMutation.graphql';

export function StartUsage({ onStarted }: { onStarted: (id: string) => void }) {
  const [start, isStarting] = useMutation<StartUsageMutation>(graphql`
    mutation StartUsageMutation($input: QueryOrganizationUsageInput!) {
      queryOrganizationUsage(input: $input) {
        execution {
          id
          ...UsageState_execution
        }
        userErrors {
          code
          message
        }
      }
    }
  `);
  const input = {
    interval: '2026-10-01/2026-10-28',
    groupBy: ['OAUTH_CLIENT' as const],
    idempotencyKey: crypto.randomUUID(),
  };
  return (
    <button
      disabled={isStarting}
      onClick={() =>
        start({
          variables: { input },
          onCompleted: ({ queryOrganizationUsage: { execution } }) => execution && onStarted(execution.id),
        })
      }
    >
      Ask for usage
    </button>
  );
}
