import type DataLoader from 'dataloader';

import type { Caller, NamedEntity } from '../domain/caller.js';
import type { ByteSink } from '../lib/byte-sink.js';
import type { BudgetService } from './upstream-calls/budget-service.js';
import type { CredentialVisits } from './upstream-calls/credential-visits.js';
import type { DirectoryService } from './directory-service.js';
import type { ExecutionService } from './execution-service.js';
import type { UsageTable } from './usage-table.js';
import type { WatchService } from './watch-service.js';

/** Names by id, for one request. Null for an unknown or forbidden id, or when upstream can't be asked. */
export interface DirectoryLoaders {
  readonly oauthClients: Pick<DataLoader<string, NamedEntity | null>, 'load'>;
  readonly users: Pick<DataLoader<string, NamedEntity | null>, 'load'>;
}

/** What a resolver gets; the same behind all three doors. */
export interface RequestContext {
  readonly caller: Caller;
  readonly executions: ExecutionService;
  readonly table: UsageTable;
  readonly watch: WatchService;
  readonly visits: Pick<CredentialVisits, 'saw'>;
  readonly directory: DirectoryService;
  readonly budget: BudgetService;
  readonly loaders: DirectoryLoaders;
  /** Names the request in logs and in masked errors. */
  readonly requestId: string;
  /** Aborted when the client has left, or when the answer is through: nobody waits any more. */
  readonly signal: AbortSignal;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Takes lists that are finished as they are; left out: graphql-js walks through them like through all others. */
  readonly finishedLists?: FinishedLists;
}

/** A list of a result as it is to be sent, and where it belongs: the executor is given an empty one. */
export interface FinishedList {
  /** Response keys and indexes, from the root. */
  readonly path: readonly (string | number)[];
  /** Objects whose keys are the answer's, or what writes the JSON of the whole list. */
  readonly items: readonly object[] | WritesJson;
}

export type WritesJson = (sink: ByteSink) => void;
export type FinishedLists = FinishedList[];
