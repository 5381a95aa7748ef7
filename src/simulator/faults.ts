/**
 * Faults that tests switch on. A switched-on fault meets every request in its scope until its count is used
 * up, it is removed, or all are cleared. Faults of different kinds may meet one request together; of one kind
 * only the first that fits does, so that faults with `times: 1` make a script, in the order of their injection.
 */
import type { OperationName } from './operations.js';
import { createRandom } from './random.js';
import type { ErrorBody } from './wire.js';

/** What goes wrong. */
export type Fault =
  /**
   * This status instead of an answer. `retryAfter` is sent as it is, junk included; left out, there is no such
   * header. The request is not handled, unless `afterHandling`: then a start was accepted all the same.
   */
  | { kind: 'status'; status: number; retryAfter?: string; code?: string; afterHandling?: boolean }
  /** The connection is reset: `before` the request is handled, or `after`, so that a start counts and its answer is lost. */
  | { kind: 'reset'; when: 'before' | 'after' }
  /** Points elsewhere; the request is not handled. 302 by default. */
  | { kind: 'redirect'; location: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** Revokes the request's token, so that this and all that follow with it get 401. */
  | { kind: 'revoke-token' }
  /** Handles the request at once and sends the answer only after so many milliseconds. */
  | { kind: 'delay'; ms: number }
  /**
   * Results bear this `queryStatus`, whatever the clock says: `Running` never completes, `Complete` and
   * `Succeeded` do so at once, `Failed`, `Cancelled` and words that nobody knows come without rows.
   * `errorBody` is sent by jobs only.
   */
  | { kind: 'job-status'; queryStatus: string; errorBody?: ErrorBody }
  /** Results have exactly so many made-up rows, grouped by day and all that the operation can group by. */
  | { kind: 'rows'; count: number }
  /** Links in answers point elsewhere: `nextUri` on every page of a job, `resultsUri` in the answer to a start. */
  | { kind: 'links'; nextUri?: string; resultsUri?: string }
  /** The second half of the body never comes and the connection closes; framed by a length or by chunks. */
  | { kind: 'truncated-body'; framing: 'content-length' | 'chunked' }
  /** A proxy's HTML page with status 200. */
  | { kind: 'html' }
  /** The right body with a wrong `Content-Type`. */
  | { kind: 'content-type'; value: string }
  /** The right status and no body at all. */
  | { kind: 'empty-body' }
  /** One byte every `everyMs` (500 by default). */
  | { kind: 'drip'; everyMs?: number }
  /** A valid JSON body of exactly so many bytes (at least 20) that holds nothing but padding. */
  | { kind: 'huge-body'; bytes: number }
  /** A few kilobytes of gzip that inflate to so many bytes. */
  | { kind: 'gzip-bomb'; bytes: number };

/** Which part of the API a request belongs to; `directory` is everything that is neither usage nor login. */
export type Stage = 'start' | 'results' | 'login' | 'directory';

/** Which requests a fault meets; everything left out lets all of them in. */
export interface FaultScope {
  stage?: Stage;
  /** The results of a summary belong to `clientQuery`: they share their path. */
  operation?: OperationName;
  /** @param path with its query string */
  path?: (path: string, method: string) => boolean;
  /** Lets so many matching requests pass first. */
  skip?: number;
  /** Ends after so many hits. */
  times?: number;
  /** Counts `skip` and `times` for each path on its own, for instance for each job, instead of all together. */
  countPer?: 'path';
  /** Chance of each matching request from 0 to 1, drawn from the simulator's seed. */
  probability?: number;
}

/** A fault that was switched on. */
export interface InjectedFault {
  /** How many requests it has met so far. */
  readonly hits: number;
  remove(): void;
}

export interface FaultSwitches {
  /** Switches a fault on for the requests in its scope. */
  inject(fault: Fault, scope?: FaultScope): InjectedFault;
  /** Switches all faults off; tokens that a fault revoked stay revoked. */
  clear(): void;
}

/** What a fault's scope is measured against. */
export interface FaultTarget {
  stage: Stage | undefined;
  operation: OperationName | undefined;
  path: string;
  method: string;
}

/** The faults that one request has met, by kind. */
export type MetFaults = { readonly [Kind in Fault['kind']]?: Extract<Fault, { kind: Kind }> };

/** The switches as the server sees them. */
export interface FaultBoard extends FaultSwitches {
  /** Counts the request against every fault and returns those that it meets. */
  meet(target: FaultTarget): MetFaults;
}

interface Switch {
  fault: Fault;
  scope: FaultScope;
  hits: number;
  seen: Map<string, number>;
}

/** A board with every fault off. @param seed of the chances */
export function createFaultBoard(seed: string): FaultBoard {
  const switches = new Set<Switch>();
  const random = createRandom(`${seed}/faults`);
  return {
    inject(fault, scope = {}) {
      const injected: Switch = { fault, scope, hits: 0, seen: new Map() };
      switches.add(injected);
      return {
        get hits() {
          return injected.hits;
        },
        remove: () => void switches.delete(injected),
      };
    },
    clear: () => switches.clear(),
    meet(target) {
      const met = new Map<Fault['kind'], Fault>();
      for (const candidate of switches) {
        const { kind } = candidate.fault;
        if (!met.has(kind) && isMet(candidate, target, random)) met.set(kind, candidate.fault);
      }
      return Object.fromEntries(met);
    },
  };
}

function isMet(candidate: Switch, target: FaultTarget, random: () => number): boolean {
  const { scope, seen } = candidate;
  if (!isInScope(scope, target)) return false;
  if (scope.probability !== undefined && random() >= scope.probability) return false;
  const counter = scope.countPer === 'path' ? (target.path.split('?')[0] ?? '') : '';
  const count = (seen.get(counter) ?? 0) + 1;
  seen.set(counter, count);
  const skip = scope.skip ?? 0;
  if (count <= skip || count > skip + (scope.times ?? Infinity)) return false;
  candidate.hits += 1;
  return true;
}

function isInScope(scope: FaultScope, target: FaultTarget): boolean {
  return (
    (scope.stage === undefined || scope.stage === target.stage) &&
    (scope.operation === undefined || scope.operation === target.operation) &&
    (scope.path === undefined || scope.path(target.path, target.method))
  );
}
