/**
 * For orchestrators and load balancers: `/health/live` while the process runs, `/health/startup` once it has started,
 * `/health/ready` while it can do its work. Until it has started `starting-door.ts` answers at the same places.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';

import type { Readiness } from '../../services/readiness.js';
import type { Departure } from '../departure.js';

const LIVE = '/health/live';
const STARTUP = '/health/startup';
const READY = '/health/ready';
const LEAVING: Readiness = { problems: ['this node is about to stop'], degraded: [] };

/** Each takes `GET` and `HEAD`. `readiness` is bounded in time, and never throws. */
export function addHealth(
  fastify: FastifyInstance,
  readiness: () => Promise<Readiness>,
  departure: Departure,
): void {
  fastify.get(LIVE, (_request, reply) => answer(reply, 200, { status: 'live' }));
  fastify.get(STARTUP, (_request, reply) => answer(reply, 200, { status: 'started' }));
  fastify.get(READY, async (_request, reply) => {
    departure.noteProbe();
    const found = departure.leaving ? LEAVING : await readiness();
    // It may have been asked to stop while we looked.
    const { problems, degraded } = departure.leaving ? LEAVING : found;
    if (problems.length > 0) return answer(reply, 503, { status: 'not ready', problems, degraded });
    const status = degraded.length > 0 ? 'degraded' : 'ready';
    return answer(reply, 200, { status, problems, degraded });
  });
}

function answer(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').send(body);
}
