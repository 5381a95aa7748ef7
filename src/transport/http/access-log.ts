/**
 * A line for each answered request, at level `debug`: a balancer writes such lines already, the metrics count, and at
 * thousands of small answers a second the lines would be half of the work. For whoever looks for one request. It names the
 * route and not the address, in which anybody may have written anything.
 */
import type { FastifyInstance } from 'fastify';

import type { Logger } from '../../lib/logger.js';

export function addAccessLog(fastify: FastifyInstance, log: Logger): void {
  fastify.addHook('onResponse', (request, reply, next) => {
    const { id: requestId, method } = request;
    const route = request.routeOptions.url ?? '(none)';
    const ms = Math.round(reply.elapsedTime);
    // A client that has left, and one that was cut off, got no whole answer.
    const whole = reply.raw.writableFinished;
    log.debug({ requestId, method, route, status: reply.statusCode, ms, whole }, 'answered a request');
    next();
  });
}
