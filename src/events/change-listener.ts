/**
 * One LISTEN connection for each node. NOTIFY is only a hint: what is sent while the connection is down is lost, and
 * a half-open connection says nothing at all. So the connection is asked for a sign of life every few seconds, and
 * after every (re)connect everybody is told to read again what they watch.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { toPublicId } from '../domain/execution-id.js';
import type { Logger } from '../lib/logger.js';
import type { ExecutionChange } from './execution-pubsub.js';

export interface ChangeListenerOptions {
  readonly url: string;
  readonly log: Logger;
  readonly onChange: (change: ExecutionChange) => void;
  /** Called after each successful LISTEN, the first one included. */
  readonly onConnected: () => void;
  /**
   * Called after each loss and each failed attempt. `silent`: nobody closed the connection, it just did not answer any
   * more; other connections that go the same way are most likely dead, too. @default nobody is told
   */
  readonly onLost?: (error: unknown, silent: boolean) => void;
}

export interface ChangeListener {
  /** False while changes may be missed. */
  readonly connected: boolean;
  stop(): Promise<void>;
}

const CHANNEL = 'execution_changed';
/** `<uuid> <version> <organization, when it has ended>` */
const PAYLOAD = /^([0-9a-f-]{36}) (\d+) (.*)$/;
/** A dead link is noticed within twice this: far below the 20 s that a waiting client should be kept at most. */
const HEARTBEAT_MS = 5_000;
/** Timers fire up to a millisecond early. */
const TIMER_SLACK_MS = 5;
/** By so much a timer may be late in a process that is only busy. */
const HELD_UP_MS = 1_000;
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5_000;

/** Connects in the background, for ever, until stopped. The promise settles after the first LISTEN. */
export async function createChangeListener(options: ChangeListenerOptions): Promise<ChangeListener> {
  const abort = new AbortController();
  const state = { connected: false };
  const first = Promise.withResolvers<void>();
  const running = keepListening(options, state, abort.signal, first.resolve);
  await Promise.race([first.promise, running]);
  return {
    get connected() {
      return state.connected;
    },
    async stop() {
      abort.abort();
      await running;
    },
  };
}

async function keepListening(
  options: ChangeListenerOptions,
  state: { connected: boolean },
  signal: AbortSignal,
  onFirst: () => void,
): Promise<void> {
  let delayMs = RECONNECT_MIN_MS;
  while (!signal.aborted) {
    try {
      await listenUntilLost(options, signal, () => {
        state.connected = true;
        delayMs = RECONNECT_MIN_MS;
        options.onConnected();
        onFirst();
      });
    } catch (error) {
      options.onLost?.(error, error instanceof SilenceError);
    }
    state.connected = false;
    await sleep(delayMs, undefined, { signal }).catch(() => {});
    delayMs = Math.min(delayMs * 2, RECONNECT_MAX_MS);
  }
}

async function listenUntilLost(
  { url, log, onChange }: ChangeListenerOptions,
  signal: AbortSignal,
  onListening: () => void,
): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: HEARTBEAT_MS,
    query_timeout: HEARTBEAT_MS,
    keepAlive: true,
    application_name: 'genesys-usage-graphql listener',
  });
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  client.on('error', lost.reject);
  client.on('end', () => lost.reject(new Error('the database closed the connection')));
  client.on('notification', ({ payload }) => {
    const change = parseChange(payload ?? '');
    if (change) onChange(change);
    else log.warn({ payload }, 'a notification that is not ours');
  });
  try {
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    onListening();
    await Promise.race([lost.promise, beat(client, signal)]);
  } finally {
    // A half-open connection would keep a polite `end()` waiting for ever.
    await Promise.race([client.end().catch(() => {}), sleep(500, undefined, { ref: false })]);
  }
}

async function beat(client: pg.Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(HEARTBEAT_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await askForSignOfLife(client);
  }
}

/** There was no answer in all the time that this process has waited for it. */
class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

async function askForSignOfLife(client: pg.Client): Promise<void> {
  const askedAt = performance.now();
  try {
    await client.query('SELECT 1');
  } catch (error) {
    const waitedMs = performance.now() - askedAt;
    // A process that was held up itself finds its timers over before it reads the answer that lies there.
    const isSilence = waitedMs >= HEARTBEAT_MS - TIMER_SLACK_MS && waitedMs < HEARTBEAT_MS + HELD_UP_MS;
    throw isSilence ? new SilenceError('the database did not answer any more', { cause: error }) : error;
  }
}

/** Our own trigger wrote it (migrations/001), but whoever may use the database may also write to the channel. */
function parseChange(payload: string): ExecutionChange | null {
  const match = PAYLOAD.exec(payload);
  if (!match) return null;
  const [, uuid = '', version, finishedIn = ''] = match;
  return { id: toPublicId(uuid), version: Number(version), finishedIn: finishedIn || null };
}
