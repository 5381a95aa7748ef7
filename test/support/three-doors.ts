/** The same operation through each of the three doors, and what a client gets to see of its failure. */
import type { GraphQLFormattedError } from 'graphql';

import {
  type Ending,
  post,
  type RawOperation,
  serverSentEventsDoor,
  type Token,
  webSocketDoor,
} from './clients.js';

export interface Seen {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  /** HTTP status; of the streams only when they were refused. */
  readonly status?: number;
  /** Of the streams alone. */
  readonly ending?: Ending;
}

export interface AnyDoor {
  readonly name: string;
  ask(url: string, operation: RawOperation, token?: Token): Promise<Seen>;
}

const httpDoor: AnyDoor = {
  name: 'HTTP',
  ask: (url, operation, token) => post(url, operation, token),
};

/** Queries and mutations. */
export const THREE_DOORS: readonly AnyDoor[] = [
  httpDoor,
  ...[webSocketDoor, serverSentEventsDoor].map((door) => ({
    name: door.name,
    async ask(url: string, operation: RawOperation, token?: Token): Promise<Seen> {
      const stream = door.send(url, operation, token);
      const [result] = await stream.rest();
      const ending = await stream.ended;
      if (ending.kind !== 'refused') return { ...result, ending };
      return { ...(ending.body as Seen), status: ending.status, ending };
    },
  })),
];
