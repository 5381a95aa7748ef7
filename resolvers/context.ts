import type { Caller, NamedEntity } from '../src/domain/caller.js';
import type { DirectoryLoaders } from '../src/loaders/directory-loaders.js';
import type { ExecutionService } from '../src/services/execution-service.js';
import type { WatchService } from '../src/services/watch-service.js';

/** What a resolver gets; the same behind all three doors. */
export interface RequestContext {
  readonly caller: Caller;
  readonly executions: ExecutionService;
  readonly watch: WatchService;
  readonly loaders: DirectoryLoaders;
  /** OAuth clients of the caller's organization, for pickers. */
  readonly listOAuthClients: () => Promise<readonly NamedEntity[]>;
  /** Names the request in logs and in masked errors. */
  readonly requestId: string;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
}
