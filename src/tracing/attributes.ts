/** What spans say. Never a token, a tenant's or a person's name, a row, or a text that a client has written. */
import type { Attributes } from '@opentelemetry/api';

import type { Execution } from '../domain/execution.js';

/** Semantic conventions that are not stable yet stand in no module that may be imported. */
export const GRAPHQL_OPERATION_NAME = 'graphql.operation.name';
export const GRAPHQL_OPERATION_TYPE = 'graphql.operation.type';
export const URL_TEMPLATE = 'url.template';

export const EXECUTION_ID = 'usage.execution.id';
export const EXECUTION_SOURCE = 'usage.execution.source';
export const EXECUTION_STATUS = 'usage.execution.status';
export const EXECUTION_VERSION = 'usage.execution.version';
export const OPERATION = 'usage.operation';
export const CORRELATION_ID = 'genesys.correlation_id';

export function namesOf({ id, operation }: Execution): Attributes {
  return { [EXECUTION_ID]: id, [OPERATION]: operation };
}

export function stateOf({ status, version, pollCount }: Execution): Attributes {
  return {
    [EXECUTION_STATUS]: status,
    [EXECUTION_VERSION]: version,
    'usage.execution.poll_count': pollCount,
  };
}
