import { json, type Answer } from './answer.js';
import { notFound } from './api-error.js';
import { clientOf } from './directory-endpoints.js';
import type { JobStore, UsageJob } from './jobs.js';
import { OPERATIONS, resultsUriOf, type Operation, type OperationName } from './operations.js';
import { parseRequest, parseSummary } from './request-body.js';
import { answerResults } from './result-pages.js';
import type { Results } from './results.js';
import type { ApiRoute, Exchange } from './routes.js';
import { requireAnyPermission, type Caller } from './tokens.js';
import type { ExecutionStarted, JobStarted } from './wire.js';

export interface UsageServices {
  jobs: JobStore;
  results: Results;
  now: () => number;
}

/** Start and results of all six operations: twelve endpoints, of which two are one and the same. */
export function createUsageRoutes(services: UsageServices): ApiRoute[] {
  return Object.values(OPERATIONS).flatMap((operation) => {
    const start = startRoute(operation, services);
    return operation.name === 'clientSummary' ? [start] : [start, resultsRoute(operation, services)];
  });
}

function startRoute(operation: Operation, { jobs, now }: UsageServices): ApiRoute {
  return {
    ...operation.start,
    stage: 'start',
    operation: operation.name,
    async handle(exchange, caller) {
      requireAnyPermission(caller, operation.permissions);
      const clientId = clientInPath(exchange, caller);
      const request =
        operation.name === 'clientSummary'
          ? parseSummary(operation, exchange.query.get('days') ?? '7', now())
          : parseRequest(operation, await exchange.readJson(), now());
      const job = await jobs.start({
        organizationId: caller.organization.id,
        operation: operation.name,
        request,
        ...(clientId !== undefined && { clientId }),
      });
      return answerStart(operation, job, exchange.faults.links?.resultsUri);
    },
  };
}

function clientInPath({ params }: Exchange, caller: Caller): string | undefined {
  return 'clientId' in params ? clientOf(caller.organization, params['clientId']).id : undefined;
}

/** 200 for the summary and 202 for the others: upstream documents both for the older generation. */
function answerStart(operation: Operation, job: UsageJob, resultsUriFault: string | undefined): Answer {
  const resultsUri = resultsUriFault ?? resultsUriOf(operation, job.id, job.clientId);
  const status = operation.start.method === 'GET' ? 200 : 202;
  if (operation.generation === 'job') {
    return json(status, { id: job.id, resultsUri, selfUri: resultsUri } satisfies JobStarted);
  }
  return json(status, { executionId: job.id, resultsUri } satisfies ExecutionStarted);
}

function resultsRoute(operation: Operation, { jobs, results }: UsageServices): ApiRoute {
  return {
    method: 'GET',
    path: operation.resultsPath,
    stage: 'results',
    operation: operation.name,
    async handle({ params, query, faults }, caller) {
      requireAnyPermission(caller, operation.permissions);
      const job = await jobs.find(params['jobId'] ?? '');
      const isTheirs =
        job !== undefined &&
        job.organizationId === caller.organization.id &&
        resultsOwner(job.operation) === operation.name &&
        job.clientId === params['clientId'];
      if (!isTheirs) throw notFound('execution');
      return answerResults({ operation, job, query, faults, progress: jobs.progressOf(job), results });
    },
  };
}

function resultsOwner(operation: OperationName): OperationName {
  return operation === 'clientSummary' ? 'clientQuery' : operation;
}
