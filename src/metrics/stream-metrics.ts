/**
 * Who is being told something, and how fast. The doors tell of it through the hooks of `StreamNotes`, and know nothing
 * of metrics.
 */
import { Counter, Gauge, type Registry } from 'prom-client';

import { addDistribution } from './distribution.js';

export const STREAM_TRANSPORTS = ['websocket', 'sse'] as const;
export type StreamTransport = (typeof STREAM_TRANSPORTS)[number];

/** Why a client was given up by us. */
export const DROP_REASONS = ['too_slow', 'silent'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Told of by the doors; cheap, since they are on the way of every result. Same shape as the transport's own. */
export interface StreamMetrics {
  subscribed(transport: StreamTransport): void;
  unsubscribed(transport: StreamTransport): void;
  /** A result is being written. `waitedMs`: since the end of its execution, null when nobody waited for that. */
  writing(transport: StreamTransport, waitedMs: number | null): void;
  /** A result has left the process late, since its client did not read. */
  slow(transport: StreamTransport): void;
  dropped(transport: StreamTransport, reason: DropReason): void;
}

/**
 * From what a fan-out to one takes to what a listener's reconnect takes. The promise is seconds; what a person notices
 * begins at a tenth.
 */
const DELIVERY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createStreamMetrics(registry: Registry): StreamMetrics {
  const registers = [registry];
  /** Plain numbers on the hot path, read when somebody looks. */
  const subscribers: Record<StreamTransport, number> = { websocket: 0, sse: 0 };
  const written: Record<StreamTransport, number> = { websocket: 0, sse: 0 };
  registry.registerMetric(
    new Gauge({
      name: 'usage_graphql_subscribers',
      help: 'Subscriptions that are open at this node now, by transport. One WebSocket may have several.',
      labelNames: ['transport'],
      registers: [],
      collect() {
        for (const transport of STREAM_TRANSPORTS) this.set({ transport }, subscribers[transport]);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'usage_graphql_results_pushed_total',
      help: 'Results of subscriptions that were written to their clients.',
      labelNames: ['transport'],
      registers: [],
      collect() {
        this.reset();
        for (const transport of STREAM_TRANSPORTS) this.inc({ transport }, written[transport]);
      },
    }),
  );
  const delivery = addDistribution(registry, {
    name: 'usage_graphql_delivery_seconds',
    help:
      'From the end of an execution (finishedAt, by the database clock as this node knows it, some milliseconds) to ' +
      'the moment in which a final result is written to the socket of a subscriber who was there already. It includes ' +
      "the commit, the notification, the read, the selection, and the wait for the client's earlier results; not how long " +
      'the client takes to read.',
    label: 'transport',
    values: STREAM_TRANSPORTS,
    buckets: DELIVERY_BUCKETS,
  });
  const slow = new Counter({
    name: 'usage_graphql_slow_results_total',
    help: 'Results that took more than a second to leave the process, because their client did not read.',
    labelNames: ['transport'],
    registers,
  });
  const dropped = new Counter({
    name: 'usage_graphql_clients_dropped_total',
    help:
      'Streaming clients that were given up: too_slow (asked for far more than they read) or silent (no sign of life, ' +
      'or nothing read, for longer than the keepalive allows).',
    labelNames: ['transport', 'reason'],
    registers,
  });
  for (const transport of STREAM_TRANSPORTS) {
    slow.inc({ transport }, 0);
    for (const reason of DROP_REASONS) dropped.inc({ transport, reason }, 0);
  }
  return {
    subscribed: (transport) => void (subscribers[transport] += 1),
    unsubscribed: (transport) => void (subscribers[transport] -= 1),
    writing(transport, waitedMs) {
      written[transport] += 1;
      if (waitedMs !== null) delivery[transport](Math.max(0, waitedMs) / 1000);
    },
    slow: (transport) => slow.inc({ transport }),
    dropped: (transport, reason) => dropped.inc({ transport, reason }),
  };
}
