/**
 * Whoever asks and does not read holds the answer in our memory, and HTTP knows no end to that. So an answer or an
 * export of which its client takes nothing any more is cut off, as an event stream is by its own door.
 */
import type { FastifyInstance } from 'fastify';

import { EVENT_STREAM_PATH } from '../event-stream/server-sent-events.js';
import { createStalledClients } from '../event-stream/stalled-clients.js';

/** How much more patient than with event streams, whose clients read all the time: a download may pause for a moment. */
const PATIENCE = 2.5;

export function endUnreadAnswers(fastify: FastifyInstance, keepAliveMs: number): void {
  const stalled = createStalledClients(PATIENCE * keepAliveMs);
  fastify.addHook('onRequest', (request, { raw: response }, next) => {
    if (request.routeOptions.url === EVENT_STREAM_PATH) return next();
    // While nothing has been answered nothing waits to be read.
    const unwatch = stalled.watch(request.raw.socket, () => request.raw.socket.destroy());
    response.once('close', unwatch);
    next();
  });
}
