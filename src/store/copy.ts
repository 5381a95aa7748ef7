/** COPY ... FROM STDIN through the query builder: half as much work for the server as INSERT, and less for us. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import { from } from 'pg-copy-streams';

/** As the only parameter of a statement it is no parameter but what the statement reads from its standard input. */
export class CopyData {
  /** In COPY's text format, whole lines. */
  constructor(readonly chunks: readonly Buffer[]) {}
}

interface CopyResult {
  readonly command: 'COPY';
  readonly rowCount: null;
  readonly rows: [];
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

  async #copy(text: string, { chunks }: CopyData): Promise<CopyResult> {
    await pipeline(Readable.from(chunks), this.#client.query(from(text)));
    return { command: 'COPY', rowCount: null, rows: [] };
  }
}
