import { setImmediate as nextTurn } from 'node:timers/promises';
import { json, type Answer } from './answer.js';
import type { MetFaults } from './faults.js';
import type { Progress, UsageJob } from './jobs.js';
import { resultsUriOf, type Operation } from './operations.js';
import { readCount, readCursor, toCursor } from './paging.js';
import type { OrderedRows, Results } from './results.js';
import { toClientJobRow, toOrganizationJobRow, toUsageRow } from './rows.js';
import type { ClientJobRow, Cursors, JobResults, OrganizationJobRow, QueryResults } from './wire.js';

const MAX_PAGE = 1000;
const DEFAULT_PAGE = 100;
const SEARCH_CAP = 20_000;
/** Rows turned into JSON before the event loop gets its turn: about a millisecond's worth. */
const ROWS_PER_CHUNK = 500;

export interface ResultsRequest {
  operation: Operation;
  job: UsageJob;
  query: URLSearchParams;
  faults: MetFaults;
  progress: Progress;
  results: Results;
}

/** Answers a poll: the status alone while there are no rows, else the rows or one page of them. */
export async function answerResults(request: ResultsRequest): Promise<Answer> {
  const { operation, job, faults, results } = request;
  if (operation.generation !== 'query') readPage(request); // a bad page is refused even while the job runs
  const queryStatus = faults['job-status']?.queryStatus ?? statusOf(request);
  const hasRows = queryStatus === (operation.generation === 'job' ? 'Succeeded' : 'Complete');
  if (!hasRows) return json(200, withoutRows(request, queryStatus));
  const rows = await results.of(job, faults.rows?.count);
  if (operation.generation === 'job') return json(200, jobPage(request, rows));
  if (operation.generation === 'search') return json(200, searchPage(request, rows));
  return { status: 200, text: allRows(rows) };
}

function statusOf({ operation, progress }: ResultsRequest): string {
  const isJob = operation.generation === 'job';
  switch (progress) {
    case 'queued':
      return isJob ? 'Queued' : 'Running';
    case 'running':
      return 'Running';
    case 'finished':
      return isJob ? 'Succeeded' : 'Complete';
  }
}

function withoutRows(request: ResultsRequest, queryStatus: string): QueryResults | JobResults<never> {
  const errorBody = request.faults['job-status']?.errorBody;
  if (request.operation.generation !== 'job') return { queryStatus };
  return { queryStatus, ...(errorBody && { errorBody }), selfUri: selfUriOf(request) };
}

function selfUriOf({ operation, job }: ResultsRequest): string {
  return resultsUriOf(operation, job.id, job.clientId);
}

function readPage({ query, job }: ResultsRequest): { start: number; pageSize: number } {
  const pageSize = readCount(query, 'pageSize', { fallback: DEFAULT_PAGE, max: MAX_PAGE });
  return { start: readCursor(query, job.id), pageSize };
}

function jobPage(request: ResultsRequest, rows: OrderedRows): JobResults<OrganizationJobRow | ClientJobRow> {
  const { start, pageSize } = readPage(request);
  const end = start + pageSize;
  const toRow = request.operation.name === 'clientJob' ? toClientJobRow : toOrganizationJobRow;
  const selfUri = selfUriOf(request);
  const next = `${selfUri}?pageSize=${pageSize}&after=${toCursor(request.job.id, end)}`;
  const nextUri = request.faults.links?.nextUri ?? (end < rows.order.length ? next : undefined);
  const entities = Array.from(rows.order.subarray(start, end), (row) => toRow(rows, row));
  return { queryStatus: 'Succeeded', entities, ...(nextUri !== undefined && { nextUri }), selfUri };
}

function searchPage(request: ResultsRequest, rows: OrderedRows): QueryResults {
  const { start, pageSize } = readPage(request);
  const total = Math.min(rows.order.length, SEARCH_CAP);
  const end = Math.min(start + pageSize, total);
  const cursors: Cursors = {
    ...(start > 0 && { before: toCursor(request.job.id, Math.max(0, start - pageSize)) }),
    ...(end < total && { after: toCursor(request.job.id, end) }),
  };
  const results = Array.from(rows.order.subarray(start, end), (row) => toUsageRow(rows, row));
  return { queryStatus: 'Complete', results, cursors };
}

/** A whole result in one body, written piece by piece: as one string it would take 30 MB and stall the process. */
async function* allRows(rows: OrderedRows): AsyncGenerator<string> {
  yield '{"queryStatus":"Complete","results":[';
  for (let start = 0; start < rows.order.length; start += ROWS_PER_CHUNK) {
    const chunk = Array.from(rows.order.subarray(start, start + ROWS_PER_CHUNK), (row) =>
      JSON.stringify(toUsageRow(rows, row)),
    );
    yield (start === 0 ? '' : ',') + chunk.join(',');
    await nextTurn();
  }
  yield ']}';
}
