/**
 * COPY ... FROM STDIN through the query builder: half as much work for the server as INSERT, and less for us. The driver
 * has the messages of the protocol but no query that speaks them.
 */
import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';

/** As the only parameter of a statement it is no parameter but what the statement reads from its standard input. */
export class CopyData {
  /** In COPY's text format, whole lines. */
  constructor(readonly chunks: readonly Buffer[]) {}
}

/** The messages of `pg`'s connection that its types leave out. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

interface CopyResult {
  readonly command: 'COPY';
  readonly rowCount: null;
  readonly rows: [];
}

const COPIED: CopyResult = { command: 'COPY', rowCount: null, rows: [] };

/** The driver calls the handlers, as of each query: one of them ends the promise. */
class CopyQuery implements pg.Submittable {
  readonly done: Promise<CopyResult>;
  readonly #text: string;
  readonly #data: CopyData;
  #resolve!: (result: CopyResult) => void;
  #reject!: (error: unknown) => void;

  constructor(text: string, data: CopyData) {
    this.#text = text;
    this.#data = data;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: unknown): void {
    (connection as CopyConnection).query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    for (const chunk of this.#data.chunks) connection.sendCopyFromChunk(chunk);
    connection.endCopyFrom();
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.#resolve(COPIED);
  }

  handleCommandComplete(): void {}
}

const copying = new WeakMap<pg.PoolClient, CopyingClient>();

/** The client as the query builder uses it, where statements may have `CopyData`. */
export function withCopy(client: pg.PoolClient): PostgresPoolClient {
  const known = copying.get(client) ?? new CopyingClient(client);
  copying.set(client, known);
  return known;
}

class CopyingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    text: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new TypeError('The pool was set up without cursors.');
    const [data] = parameters;
    const answer =
      data instanceof CopyData ? this.#copy(text, data) : this.#client.query(text, [...parameters]);
    return answer as Promise<PostgresQueryResult<R>>;
  }

  release(): void {
    this.#client.release();
  }

  #copy(text: string, data: CopyData): Promise<CopyResult> {
    return this.#client.query(new CopyQuery(text, data)).done;
  }
}
