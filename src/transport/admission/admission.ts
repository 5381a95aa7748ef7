/**
 * Who comes in, at every door: the token, how often it may be tried, and how much may be asked and kept open. Tokens
 * that are refused are counted for their address; a token that was good before passes even where somebody
 * else at the same address is guessing.
 */
import { hash as digest } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { Caller } from '../../domain/caller.js';
import { RequestError } from '../../domain/error-codes.js';
import { bearerToken } from '../../lib/bearer.js';
import { ExpiringMap } from '../../lib/expiring-map.js';
import type { AddressOf } from './client-address.js';
import { type ConnectionLimits, type Leave } from './connection-limits.js';
import type { RateLimits } from './rate-limit.js';
import type { RequestScope } from '../request-scope.js';

export interface Admission {
  /** One operation over plain HTTP. Throws `RequestError`: `UNAUTHENTICATED`, `RATE_LIMITED`. */
  request(authorization: string | undefined, request: IncomingMessage): Promise<Caller>;
  /** A connection with one operation, until `signal` is aborted. Throws as `request` does. */
  stream(authorization: string | undefined, request: IncomingMessage, signal: AbortSignal): Promise<Caller>;
  /** A connection with many operations, whose caller is not known yet. Throws `RATE_LIMITED`. */
  socket(request: IncomingMessage): SocketAdmission;
}

export interface SocketAdmission {
  /** Throws `RequestError`: `UNAUTHENTICATED`, `RATE_LIMITED`. */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** Counts a message, whatever it is. Throws `RATE_LIMITED`. */
  message(): Promise<void>;
  /** Counts an operation that begins; only once authenticated. Throws `RATE_LIMITED`. */
  operation(): Promise<Leave>;
  /** The connection is closed. */
  leave(): void;
}

export interface AdmissionOptions {
  readonly scope: RequestScope;
  readonly rates: RateLimits;
  readonly connections: ConnectionLimits;
  readonly addressOf: AddressOf;
}

/** As long as Genesys tokens commonly live; only whether a token was good is kept, by its hash, and grants nothing. */
const GOOD_TOKEN_MS = 24 * 3_600_000;
const MAX_GOOD_TOKENS = 20_000;

export function createAdmission({ scope, rates, connections, addressOf }: AdmissionOptions): Admission {
  const good = new ExpiringMap<true>(GOOD_TOKEN_MS, MAX_GOOD_TOKENS);
  /** Many requests that bring the same new token at once are one attempt. */
  const pending = new Map<string, Promise<Caller>>();

  async function tried(hash: string, authorization: string | undefined, address: string): Promise<Caller> {
    await rates.attempt(address);
    try {
      const caller = await scope.authenticate(authorization);
      good.set(hash, true, Date.now());
      await rates.attemptSucceeded(address);
      return caller;
    } catch (error) {
      // That upstream can not be asked is not the caller's guess.
      if (!isRefusal(error)) await rates.attemptSucceeded(address);
      throw error;
    }
  }

  function triedOnce(hash: string, authorization: string | undefined, address: string): Promise<Caller> {
    const running = pending.get(hash);
    if (running) return running;
    const attempt = tried(hash, authorization, address).finally(() => pending.delete(hash));
    pending.set(hash, attempt);
    return attempt;
  }

  async function authenticate(authorization: string | undefined, address: string): Promise<Caller> {
    const hash = hashOf(bearerToken(authorization) ?? '');
    if (!good.get(hash, Date.now())) return triedOnce(hash, authorization, address);
    return scope.authenticate(authorization).catch((error: unknown) => {
      if (isRefusal(error)) good.delete(hash);
      throw error;
    });
  }

  return {
    async request(authorization, request) {
      const address = addressOf(request);
      const caller = await authenticate(authorization, address);
      await rates.operation(identityOf(caller), address);
      return caller;
    },
    async stream(authorization, request, signal) {
      const address = addressOf(request);
      const places = createPlaces(() => signal.aborted);
      signal.addEventListener('abort', places.leave, { once: true });
      places.keep(connections.enterAddress(address));
      const caller = await authenticate(authorization, address);
      const identity = identityOf(caller);
      places.keep(connections.enterIdentity(identity));
      await rates.operation(identity, address);
      places.keep(connections.enterOperation(null, identity, address));
      return caller;
    },
    socket(request) {
      const address = addressOf(request);
      let isOver = false;
      let identity: string | null = null;
      const places = createPlaces(() => isOver);
      places.keep(connections.enterAddress(address));
      return {
        async authenticate(authorization) {
          const caller = await authenticate(authorization, address);
          identity = identityOf(caller);
          places.keep(connections.enterIdentity(identity));
          return caller;
        },
        message: () => rates.message(identity, address),
        async operation() {
          await rates.operation(identity ?? '', address);
          return connections.enterOperation(request, identity ?? '', address);
        },
        leave() {
          isOver = true;
          places.leave();
        },
      };
    },
  };
}

/** What a connection holds, given back together; what is taken after its end is given back at once. */
function createPlaces(isOver: () => boolean) {
  const held: Leave[] = [];
  const leave = () => held.splice(0).forEach((giveBack) => giveBack());
  return {
    keep(giveBack: Leave): void {
      held.push(giveBack);
      if (isOver()) leave();
    },
    leave,
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'UNAUTHENTICATED';
}

/** The person or client, however many tokens they hold. */
function identityOf({ organization, subject }: Caller): string {
  return `${organization.id} ${subject.kind} ${subject.id}`;
}

function hashOf(token: string): string {
  return digest('sha256', token, 'base64');
}
