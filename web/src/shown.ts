import type { ExecutionResult } from 'graphql';

/** What the response pane shows: a GraphQL result, also for what went wrong on the way to one. */
export interface Shown {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly unknown[] | undefined;
}

export function failure(message: string, extensions?: Record<string, unknown>): Shown {
  return { errors: [{ message, ...(extensions && { extensions }) }] };
}

/** GraphiQL prints whatever it is given; its type asks for errors of graphql-js' class. */
export const show = (result: Shown): ExecutionResult => result as ExecutionResult;
