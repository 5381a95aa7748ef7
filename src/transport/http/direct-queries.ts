/**
 * Queries over `POST /graphql` without Apollo around them, which takes several times as long as a small query itself.
 * Only what Apollo would execute comes here, and what it would answer comes out, byte by byte; whatever is the least
 * unusual (other methods, other kinds of operations, any refusal) is left to it. An answer that is made of finished
 * executions alone is kept as it was sent the second time, and given from then on after whoever asks has been looked at
 * like everybody, and everything in it has proved to be still true.
 */
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';

import { type CacheUse, counted } from '../../lib/cache-use.js';
import { isRecord } from '../../lib/is-record.js';
import type { Logger } from '../../lib/logger.js';
import type { FinishedList, RequestContext } from '../../services/request-context.js';
import { type Reads, staleReads, trackReads } from '../../services/tracked-reads.js';
import { toBody } from './answer-body.js';
import { createAnswerCache } from './answer-cache.js';
import { formatGraphQLError } from '../graphql-errors.js';
import { type AdmittedDocument, isOfUsualLength, type OperationGate } from '../documents/operation-gate.js';
import type { Asked } from '../documents/shown-errors.js';

/** A request that Apollo would take as an operation. */
export interface PlainRequest {
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown> | undefined;
}

export interface Entered {
  readonly context: RequestContext;
  readonly found: AdmittedDocument | null;
}

export interface DirectQueries {
  /** The body of the answer; null: Apollo has to answer, and nothing was done that it would repeat in vain. */
  answer(request: PlainRequest, entered: Entered): Promise<Buffer | string | null>;
}

export interface DirectQueriesOptions {
  readonly schema: GraphQLSchema;
  readonly gate: OperationGate;
  readonly log: Logger;
  /** @default 32 MiB: some 90 full pages */
  readonly mostBytes?: number;
  /** Where look-ups of kept answers are counted; one that is not true any more is none. */
  readonly use?: CacheUse | undefined;
}

const MOST_BYTES = 32 * 1024 * 1024;
/** Node sends a text in one piece with the headers, and copies it for that; bytes are sent as they are, beside them. */
const SHORT = 4_000;
/** Variables that are longer are seldom the same again. */
const MOST_KEY_LENGTH = 4_000;
/** Operations that were weighed, with their variables: each has a key of less than 8 KB. */
const MOST_WEIGHED = 500;
/** Fields of the query that read nothing beside what the context's ports give them. */
const LASTING_ROOTS: ReadonlySet<string> = new Set([
  '__typename',
  'node',
  'usageExecution',
  'compareUsageExecutions',
]);

/** Null for what Apollo refuses, or reads in another way. */
export function toPlainRequest(body: unknown): PlainRequest | null {
  if (!isRecord(body)) return null;
  const { query, operationName, variables, extensions } = body;
  // One that is missing may be named by a hash.
  if (!isMissing(query) && typeof query !== 'string') return null;
  if (!isMissing(operationName) && typeof operationName !== 'string') return null;
  if (!isMissing(variables) && !isRecord(variables)) return null;
  if (!isMissing(extensions) && !isRecord(extensions)) return null;
  return { operationName: operationName ?? undefined, variables: variables ?? undefined };
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

export function createDirectQueries(options: DirectQueriesOptions): DirectQueries {
  const { schema, gate, log, mostBytes = MOST_BYTES, use } = options;
  const idOf = createDocumentIds();
  const answers = createAnswerCache(mostBytes);
  const weighed = new Set<string>();

  function weigh(key: string, found: AdmittedDocument, request: PlainRequest, document: DocumentNode): void {
    if (weighed.has(key) && found.hash === null) return;
    gate.weigh(found, { document, operationName: request.operationName, variables: request.variables });
    if (key.length > MOST_KEY_LENGTH) return;
    weighed.add(key);
    const [oldest] = weighed;
    if (weighed.size > MOST_WEIGHED && oldest !== undefined) weighed.delete(oldest);
  }

  async function run(request: PlainRequest, document: DocumentNode, context: RequestContext): Promise<Ran> {
    const finishedLists: FinishedList[] = [];
    const { context: tracked, lasting } = trackReads({ ...context, finishedLists });
    const result = await execute({
      schema,
      document,
      contextValue: tracked,
      variableValues: request.variables ?? null,
      operationName: request.operationName ?? null,
      options: gate.executionOptions,
    });
    return { result, finishedLists, reads: result.errors ? null : lasting() };
  }

  return {
    async answer(request, { context, found }) {
      const document = found?.document;
      if (!document || !isOfUsualLength(found.text) || gate.validate(document).length > 0) return null;
      const operation = getOperationAST(document, request.operationName);
      if (operation?.operation !== OperationTypeNode.QUERY) return null;
      const asked = JSON.stringify([idOf(document), request.operationName, request.variables]);
      const isAskedAgain = weighed.has(asked);
      try {
        weigh(asked, found, request, document);
      } catch {
        // Apollo weighs it again, and says what is wrong.
        return null;
      }
      const { id, name } = context.caller.organization;
      const key = `${asked}${JSON.stringify([id, name])}`;
      const kept = answers.get(key);
      // What can not be read now is an error of its field, when the answer is made anew.
      const anew = kept ? await staleReads(kept.reads, context, log).catch(() => context) : context;
      const hit = counted(use, anew ? undefined : kept);
      if (hit) return hit.body;
      const { result, finishedLists, reads } = await run(request, document, anew ?? context);
      // Its variables do not fit: nothing was executed.
      if (result.data === undefined) return null;
      if (result.errors) {
        return failed(result, finishedLists, { text: found.text, variables: request.variables }, context);
      }
      const text = toBody(result, finishedLists);
      // One who pages through a result pushes out nothing that is asked for again and again.
      if (!isAskedAgain) return text;
      if (!reads || key.length > MOST_KEY_LENGTH || !isLasting(document, operation.selectionSet)) return text;
      const body = typeof text !== 'string' || text.length < SHORT ? text : Buffer.from(text);
      answers.set(key, { body, reads });
      return body;
    },
  };

  function failed(
    { data, errors = [] }: ExecutionResult,
    lists: readonly FinishedList[],
    asked: Asked,
    { requestId }: RequestContext,
  ): Buffer | string {
    const formatted = errors.map((error) => formatGraphQLError(error, log, requestId));
    return toBody({ errors: gate.shown.ofFields(formatted, asked), data: data ?? null }, lists);
  }
}

interface Ran {
  readonly result: ExecutionResult;
  /** Still to be put into it. */
  readonly finishedLists: readonly FinishedList[];
  /** Null: it is good for once. */
  readonly reads: Reads | null;
}

/** Whether only such fields are asked for that tell the context what they read. */
function isLasting(document: DocumentNode, set: SelectionSetNode): boolean {
  return set.selections.every((node) => {
    if (node.kind === Kind.FIELD) return LASTING_ROOTS.has(node.name.value);
    if (node.kind === Kind.INLINE_FRAGMENT) return isLasting(document, node.selectionSet);
    const fragment = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === node.name.value,
    );
    return !!fragment && 'selectionSet' in fragment && isLasting(document, fragment.selectionSet);
  });
}

/** Of this very object: two of the same text have two. Documents live as long as the gate keeps them. */
function createDocumentIds(): (document: DocumentNode) => number {
  const ids = new WeakMap<DocumentNode, number>();
  let last = 0;
  return (document) => {
    const before = ids.get(document);
    if (before !== undefined) return before;
    ids.set(document, (last += 1));
    return last;
  };
}
