/**
 * What an answer to a poll says, for both generations. An unknown status is one that still runs: upstream may
 * add names, and asking again is the only harmless reading of them.
 */
import type { UsageRow } from '../domain/execution.js';
import type { PollAnswer, TakeRows } from '../domain/ports/usage-upstream.js';
import type { AnswerContext } from './http.js';
import { isJson, objectOf, requiredText, textOrNull, type Unparsed, UnreadableAnswer } from './json.js';
import type { ElementSink } from './json-reader.js';
import type { RowParser } from './rows.js';
import { showableText } from './status.js';
import type { WireClientJobRow, WireJobResult, WireOrganizationJobRow, WireQueryResult } from './wire.js';

type State = PollAnswer['state'];
/** Both generations' answers in one: each has keys that the other lacks. */
type WireAnswer = WireQueryResult & WireJobResult<WireOrganizationJobRow | WireClientJobRow>;
export type AnswerBody = Unparsed<WireAnswer>;

const STATES: Readonly<Record<string, State>> = {
  Queued: 'RUNNING',
  Running: 'RUNNING',
  Complete: 'ROWS',
  Succeeded: 'ROWS',
  Failed: 'FAILED',
  Cancelled: 'CANCELED',
};

/** What is told apart between the generations. */
export interface AnswerShape {
  /** The key of the list of rows. */
  readonly rowsKey: 'results' | 'entities';
  readonly parseRow: RowParser;
  /** Where the next page starts, as the answer says; null when there is none. */
  readonly nextCursor: (body: AnswerBody) => string | null;
}

/** Reads one answer: `elements` takes its rows while they arrive, `parse` says what the answer means. */
export interface AnswerReader {
  readonly elements: ElementSink;
  parse(body: unknown, context: AnswerContext, token: string): PollAnswer;
}

/**
 * Rows that are handed on at a time: some two megabytes as objects. More than any page has, so that a page is stored by
 * one write.
 */
const ROWS_TAKEN = 2_000;

/** `takeRows`: see `UsageUpstream.poll`. */
export function createAnswerReader(
  shape: AnswerShape,
  cursor: string | null,
  takeRows?: TakeRows,
): AnswerReader {
  let rows: UsageRow[] = [];
  let hasRows = false;
  const take = (elements: readonly unknown[]) => {
    for (const element of elements) rows.push(shape.parseRow(element));
    hasRows ||= elements.length > 0;
  };
  const pressed = () => {
    if (!takeRows || rows.length < ROWS_TAKEN) return null;
    const taken = rows;
    rows = [];
    return takeRows(taken);
  };
  return {
    elements: { keys: [shape.rowsKey], take, pressed },
    parse(body, { correlationId }, token) {
      const answer = objectOf<WireAnswer>(body);
      const upstreamStatus = requiredText(answer.queryStatus, 'queryStatus');
      const state = Object.hasOwn(STATES, upstreamStatus) ? STATES[upstreamStatus] : undefined;
      if (state === undefined) return { state: 'RUNNING', upstreamStatus, known: false };
      if (state === 'RUNNING') return { state, upstreamStatus, known: true };
      if (state !== 'ROWS') return { state, message: reasonOf(answer, token), correlationId };
      take(restOf(answer[shape.rowsKey]));
      return { state, rows, nextCursor: cursorOf(shape, answer, hasRows, cursor) };
    },
  };
}

/**
 * Rows that did not come as elements: none, unless the key was written with an escape. A final answer without
 * the list has no rows: it is complete JSON, so nothing was cut off, and a serializer may leave out an empty list.
 */
function restOf(list: unknown): readonly unknown[] {
  if (list === undefined || list === null) return [];
  if (Array.isArray(list)) return list;
  throw new UnreadableAnswer('INVALID_RESULT', "Upstream's result can not be read: its rows are not a list.");
}

/** A page without rows is the last one, whatever it says; one that leads to itself would never end. */
function cursorOf(shape: AnswerShape, answer: AnswerBody, hasRows: boolean, cursor: string | null) {
  const next = hasRows ? shape.nextCursor(answer) : null;
  if (next === null || next !== cursor) return next;
  throw new UnreadableAnswer('INVALID_RESULT', "Upstream's result can not be read: its pages repeat.");
}

function reasonOf({ errorBody }: AnswerBody, token: string): string | null {
  return isJson(errorBody) ? showableText(errorBody['message'], token) : null;
}

/** Cursor of the simple search. */
export function cursorsAfter({ cursors }: AnswerBody): string | null {
  return isJson(cursors) ? textOrNull(cursors['after']) : null;
}
