/**
 * What an answer was made of. A context whose reads are written down: when all of them are of finished executions, which
 * never change, and of names, which can be compared, the same answer may be given again as long as the same reads
 * would give the same. Whatever else is read makes an answer that is good for once.
 */
import type { NamedEntity } from '../domain/caller.js';
import { type Execution, isFinal } from '../domain/execution.js';
import type { Logger } from '../lib/logger.js';
import type { ExecutionService } from './execution-service.js';
import { logFailure } from './log-failure.js';
import type { DirectoryLoaders, RequestContext } from './request-context.js';
import type { UsageTable } from './usage-table.js';

/** A name as it was shown, by id; null: it could not be had. */
type ShownNames = Map<string, string | null>;

export interface Reads {
  /** Finished executions, by id: their version. */
  readonly executions: ReadonlyMap<string, number>;
  readonly oauthClients: ReadonlyMap<string, string | null>;
  readonly users: ReadonlyMap<string, string | null>;
}

export interface Tracked {
  /** To be given on as it is: a copy would read everything there is. */
  readonly context: RequestContext;
  /** Once everything has been read; null when something may be otherwise the next time. */
  readonly lasting: () => Reads | null;
}

export function trackReads(context: RequestContext): Tracked {
  const executions = new Map<string, number>();
  const oauthClients: ShownNames = new Map();
  const users: ShownNames = new Map();
  let lasts = true;
  const changing = (): void => void (lasts = false);
  const saw = (execution: Execution | null): void => {
    if (execution && isFinal(execution.status)) executions.set(execution.id, execution.version);
    else changing();
  };
  const tracked: RequestContext = {
    ...context,
    executions: trackedExecutions(context.executions, saw, changing),
    table: trackedTable(context.table, saw),
    loaders: {
      oauthClients: trackedLoader(context.loaders.oauthClients, oauthClients),
      users: trackedLoader(context.loaders.users, users),
    },
    get directory() {
      changing();
      return context.directory;
    },
    get budget() {
      changing();
      return context.budget;
    },
    get watch() {
      changing();
      return context.watch;
    },
  };
  return { context: tracked, lasting: () => (lasts ? { executions, oauthClients, users } : null) };
}

function trackedExecutions(
  service: ExecutionService,
  saw: (execution: Execution | null) => void,
  changing: () => void,
): ExecutionService {
  const once = <Args extends unknown[], T>(method: (...args: Args) => T): ((...args: Args) => T) => {
    return (...args) => {
      changing();
      return method(...args);
    };
  };
  return {
    async get(caller, id) {
      const execution = await service.get(caller, id);
      saw(execution);
      return execution;
    },
    start: once((...args) => service.start(...args)),
    list: once((...args) => service.list(...args)),
    count: once((...args) => service.count(...args)),
    cancel: once((...args) => service.cancel(...args)),
  };
}

/** Tables of an execution that was seen change no more than it does; a comparison finds two by itself. */
function trackedTable(table: UsageTable, saw: (execution: Execution) => void): UsageTable {
  return {
    ...table,
    async compare(caller, draft, signal) {
      const comparison = await table.compare(caller, draft, signal);
      saw(comparison.baseline);
      saw(comparison.current);
      return comparison;
    },
  };
}

function trackedLoader(
  loader: DirectoryLoaders['users'],
  shown: ShownNames,
): { load(id: string): Promise<NamedEntity | null> } {
  return {
    async load(id) {
      const entity = await loader.load(id);
      shown.set(id, entity?.name ?? null);
      return entity;
    },
  };
}

/**
 * Null when all that was read would be read again, with the rights of this caller, at this moment; else the context in
 * which the answer is to be made anew. Names that just could not be had are not asked for a second time there.
 */
export async function staleReads(
  reads: Reads,
  context: RequestContext,
  log: Logger,
): Promise<RequestContext | null> {
  const { caller, directory, executions, loaders } = context;
  const versions = await Promise.all(
    [...reads.executions].map(async ([id, version]) => {
      const execution = await executions.get(caller, id);
      return execution?.version === version;
    }),
  );
  if (versions.includes(false)) return context;
  const [oauthClients, users] = await Promise.all([
    compareNames(reads.oauthClients, (ids) => directory.oauthClientsById(caller, ids), log),
    compareNames(reads.users, (ids) => directory.usersById(caller, ids), log),
  ]);
  if (oauthClients === 'SAME' && users === 'SAME') return null;
  return {
    ...context,
    loaders: {
      oauthClients: oauthClients === 'AWAY' ? NO_NAMES : loaders.oauthClients,
      users: users === 'AWAY' ? NO_NAMES : loaders.users,
    },
  };
}

const NO_NAMES: DirectoryLoaders['users'] = { load: () => Promise.resolve(null) };

async function compareNames(
  shown: ReadonlyMap<string, string | null>,
  lookUp: (ids: readonly string[]) => Promise<ReadonlyMap<string, NamedEntity>>,
  log: Logger,
): Promise<'SAME' | 'OTHERWISE' | 'AWAY'> {
  if (shown.size === 0) return 'SAME';
  const names = await lookUp([...shown.keys()]).catch((error: unknown) => {
    logFailure(log, error, {}, 'names could not be looked up');
    return null;
  });
  if (!names) return 'AWAY';
  const isSame = [...shown].every(([id, name]) => (names.get(id)?.name ?? null) === name);
  return isSame ? 'SAME' : 'OTHERWISE';
}
