/**
 * Two connections to Redis, one that publishes and one that listens, since a connection that listens can do nothing
 * else. They are made and given up together. Redis forgets what it could not deliver, and a half-open connection says
 * nothing at all: so every few seconds a message of our own must come all the way round, and after every (re)connect,
 * when all channels are listened to again, everybody is told to read again what they watch.
 *
 * Errors of the driver never go further than their reason: they hold the command, and that may be the password.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { RedisChannels } from './redis-channels.js';
import { RedisPublisher } from './redis-publisher.js';

export interface RedisLinkOptions {
  /** `redis://` or `rediss://`; never told to anybody. */
  readonly url: string;
  /** Before every channel: Redis may serve others, too. */
  readonly prefix: string;
  /** A dead link is noticed within twice this. */
  readonly heartbeatMs: number;
  /** After each successful (re)connect. */
  readonly onConnected: () => void;
  /** After each sign of life. */
  readonly onAlive: () => void;
  /** After each loss and each failed attempt. */
  readonly onLost: (reason: string) => void;
}

export interface RedisLink {
  readonly publisher: RedisPublisher;
  readonly channels: RedisChannels;
  /** False while changes may be missed. */
  readonly connected: boolean;
  /** Settles after the first attempt, also a failed one. */
  readonly attempted: Promise<void>;
  stop(): Promise<void>;
}

const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5_000;
/** For what was published last, when the node stops. */
const FLUSH_MS = 500;
/**
 * Until the socket of a connection that is given up is destroyed; nothing that counts is under way there. The driver waits
 * for it even when the socket is closed already, which keeps a process that is to end: so it is short.
 */
const DISCONNECT_MS = 100;

/** Connects in the background, for ever, until stopped. */
export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const publisher = new RedisPublisher(options.prefix);
  const channels = new RedisChannels();
  const abort = new AbortController();
  const state = { connected: false };
  const first = Promise.withResolvers<void>();
  const parts = { publisher, channels, state, signal: abort.signal, onAttempt: first.resolve };
  const running = keepConnected(options, parts);
  return {
    publisher,
    channels,
    attempted: first.promise,
    get connected() {
      return state.connected;
    },
    async stop() {
      await Promise.race([publisher.flushed(), sleep(FLUSH_MS, undefined, { ref: false })]);
      abort.abort();
      await running;
    },
  };
}

interface Parts {
  readonly publisher: RedisPublisher;
  readonly channels: RedisChannels;
  readonly state: { connected: boolean };
  readonly signal: AbortSignal;
  readonly onAttempt: () => void;
}

async function keepConnected(options: RedisLinkOptions, parts: Parts): Promise<void> {
  const { state, signal, onAttempt } = parts;
  let delayMs = RECONNECT_MIN_MS;
  while (!signal.aborted) {
    try {
      await connectedUntilLost(options, parts, () => {
        state.connected = true;
        delayMs = RECONNECT_MIN_MS;
        options.onConnected();
        onAttempt();
      });
    } catch (error) {
      if (!signal.aborted) options.onLost(reasonOf(error));
    }
    state.connected = false;
    onAttempt();
    await sleep(delayMs, undefined, { signal }).catch(() => {});
    delayMs = Math.min(delayMs * 2, RECONNECT_MAX_MS);
  }
}

async function connectedUntilLost(
  { url, prefix, heartbeatMs, onAlive }: RedisLinkOptions,
  { publisher, channels, signal }: Parts,
  onConnected: () => void,
): Promise<void> {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const stopped = () => lost.reject(new Error('stopped'));
  signal.addEventListener('abort', stopped, { once: true });
  const ownChannel = `${prefix}node:${randomUUID()}`;
  const [sender, receiver] = [open(url, heartbeatMs, lost.reject), open(url, heartbeatMs, lost.reject)];
  try {
    await within(
      heartbeatMs,
      Promise.race([lost.promise, Promise.all([sender.connect(), receiver.connect()])]),
    );
    const heartbeat = new Heartbeat(sender, ownChannel, heartbeatMs);
    await within(
      heartbeatMs,
      Promise.race([lost.promise, channels.open(receiver, ownChannel, heartbeat.heard, lost.reject)]),
    );
    publisher.open(sender);
    onConnected();
    await Promise.race([lost.promise, beat(heartbeat, onAlive, signal)]);
  } finally {
    signal.removeEventListener('abort', stopped);
    publisher.close();
    channels.close();
    // What is still under way fails at once; a half-open socket is destroyed after `disconnectTimeout`.
    for (const redis of [sender, receiver]) redis.disconnect();
  }
}

function open(url: string, connectTimeout: number, onLost: (error: unknown) => void): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout,
    disconnectTimeout: DISCONNECT_MS,
    keepAlive: 10_000,
    connectionName: 'genesys-usage-graphql',
    disableClientInfo: true,
    // All this is done here, for both connections together. A queue would only keep what the next reads bring anyway.
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => null,
  });
  // Without a listener the driver writes to the console, past the log.
  redis.on('error', onLost);
  redis.on('end', () => onLost(new Error('Redis closed the connection')));
  return redis;
}

/** A server that takes the connection and then says nothing must not hold the next attempt up. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error('Redis did not answer in time');
  });
  late.catch(() => {});
  try {
    await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

async function beat(heartbeat: Heartbeat, onAlive: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(heartbeat.everyMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await heartbeat.ask();
    onAlive();
  }
}

/** A message to ourselves, which goes the way that changes go. */
class Heartbeat {
  #count = 0;
  #heard = 0;
  #onHeard = () => {};

  constructor(
    private readonly sender: Redis,
    private readonly channel: string,
    readonly everyMs: number,
  ) {}

  readonly heard = (text: string): void => {
    this.#heard = Number(text);
    this.#onHeard();
  };

  /** Rejects when it has not come back in time. */
  async ask(): Promise<void> {
    const asked = (this.#count += 1);
    const back = new Promise<void>((resolve) => (this.#onHeard = resolve));
    const over = new AbortController();
    const late = sleep(this.everyMs, undefined, { signal: over.signal, ref: false }).catch(() => {});
    // A failure is told by the connection itself.
    this.sender.publish(this.channel, String(asked)).catch(() => {});
    await Promise.race([back, late]);
    over.abort();
    // A process that was held up itself finds its timers over before it reads the message that lies there.
    for (let i = 0; i < 3 && this.#heard < asked; i += 1) await turn();
    if (this.#heard < asked) throw new Error('Redis did not answer any more');
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  const message = error instanceof Error ? error.message : '';
  return message || (typeof code === 'string' ? code : 'unknown');
}
