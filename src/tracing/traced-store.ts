/** The writes of an execution, each as a span, and what makes an execution remember the trace that it belongs to. */
import { SpanKind } from '@opentelemetry/api';
import { ATTR_DB_COLLECTION_NAME, ATTR_DB_SYSTEM_NAME } from '@opentelemetry/semantic-conventions';

import type { Execution } from '../domain/execution.js';
import type { Claim, ExecutionStore, NewExecution, StoredStart } from '../domain/ports/execution-store.js';
import { EXECUTION_SOURCE, namesOf } from './attributes.js';
import type { Spans } from './spans.js';
import { parseStored, toStored } from './trace-context.js';

const DATABASE = { [ATTR_DB_SYSTEM_NAME]: 'postgresql', [ATTR_DB_COLLECTION_NAME]: 'executions' };
const ROWS = 'usage.store.rows';

/** Reads are not traced: they are shared by whoever asks at the same moment, and belong to nobody's trace. */
export function createTracedStore(store: ExecutionStore, spans: Spans): ExecutionStore {
  const write = <T>(
    method: string,
    claim: Claim | null,
    work: () => Promise<T>,
    rows?: number,
  ): Promise<T> => {
    const attributes = {
      ...DATABASE,
      ...(claim ? namesOf(claim.execution) : {}),
      ...(rows === undefined ? {} : { [ROWS]: rows }),
    };
    return spans.child(`store ${method}`, { kind: SpanKind.CLIENT, attributes }, work);
  };
  const remembering = (intent: NewExecution): NewExecution => {
    const context = spans.current?.spanContext();
    return context ? { ...intent, traceContext: toStored(context) } : intent;
  };
  return {
    ...store,
    async create(given, node, leaseMs) {
      const intent = remembering(given);
      const claim = await write('create', null, () => store.create(intent, node, leaseMs));
      noteStart(spans, { source: 'FRESH', claim });
      return claim;
    },
    async findShared(sharing) {
      const found = await store.findShared(sharing);
      if (found) noteStart(spans, found);
      return found;
    },
    async createUnlessShared(given, sharing, node, leaseMs) {
      const intent = remembering(given);
      const create = () => store.createUnlessShared(intent, sharing, node, leaseMs);
      const started = await write('createUnlessShared', null, create);
      noteStart(spans, started);
      return started;
    },
    recordSubmitted: (claim, ...args) =>
      write('recordSubmitted', claim, () => store.recordSubmitted(claim, ...args)),
    recordAttempt: (claim, attempt) =>
      write('recordAttempt', claim, () => store.recordAttempt(claim, attempt)),
    postpone: (claim, ...args) => write('postpone', claim, () => store.postpone(claim, ...args)),
    awaitCredentials: (claim, ...args) =>
      write('awaitCredentials', claim, () => store.awaitCredentials(claim, ...args)),
    stageRows: (claim, staged, rows) =>
      write('stageRows', claim, () => store.stageRows(claim, staged, rows), rows.length),
    appendRows: (claim, rows, ...args) =>
      write('appendRows', claim, () => store.appendRows(claim, rows, ...args), rows.length),
    finish: (claim, outcome, rows, ...args) =>
      write('finish', claim, () => store.finish(claim, outcome, rows, ...args), rows.length),
    async cancel(...args) {
      const canceled = await write('cancel', null, () => store.cancel(...args));
      if (canceled) noteExecution(spans, canceled);
      return canceled;
    },
  };
}

/** On the mutation's span: which execution it got, and, where that is another one's, a link to its trace. */
function noteStart(spans: Spans, started: StoredStart): void {
  const span = spans.current;
  if (!span || started.source === 'KEY_TAKEN') return;
  span.setAttribute(EXECUTION_SOURCE, started.source);
  if (started.source === 'FRESH') span.setAttributes(namesOf(started.claim.execution));
  else noteExecution(spans, started.execution);
}

/** On the span of an operation that is about an execution with a trace of its own. */
function noteExecution(spans: Spans, execution: Execution): void {
  spans.current?.setAttributes(namesOf(execution));
  linkTo(spans, execution);
}

/** From the current span to the trace of an execution. */
export function linkTo(spans: Spans, execution: Execution): void {
  const context = parseStored(execution.traceContext);
  if (context) spans.current?.addLink({ context, attributes: namesOf(execution) });
}
