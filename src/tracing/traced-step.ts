import { SpanKind } from '@opentelemetry/api';

import type { Execution } from '../domain/execution.js';
import type { Claim } from '../domain/ports/execution-store.js';
import { namesOf, stateOf } from './attributes.js';
import { fail, type Spans } from './spans.js';
import { continuing, parseStored } from './trace-context.js';

type Step = (claim: Claim, signal: AbortSignal) => Promise<Execution | null>;

/**
 * Each step as a span of the trace in which its execution was created, on whichever node it is made: a child of a span that
 * ended long ago, so that nothing has to be kept in between. One that remembers no trace is not traced.
 */
export function createTracedStep(step: Step, spans: Spans): Step {
  return (claim, signal) => {
    const remote = parseStored(claim.execution.traceContext);
    if (!remote) return step(claim, signal);
    const name = claim.execution.upstreamId === null ? 'execution submit' : 'execution poll';
    const settings = { kind: SpanKind.INTERNAL, attributes: namesOf(claim.execution) };
    return spans.around(name, settings, continuing(remote), async (span) => {
      const execution = await step(claim, signal);
      if (execution) {
        span.setAttributes(stateOf(execution));
        if (execution.putOff) span.setAttribute('usage.execution.put_off', execution.putOff);
        const error = execution.error ?? execution.lastFailure;
        if (error) fail(span, error.code);
      } else span.setAttribute('usage.claim.lost', true);
      return execution;
    });
  };
}
