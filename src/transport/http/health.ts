/** For load balancers: `/health/live` while the process runs, `/health/ready` while it can do its work. */
import type { FastifyInstance } from 'fastify';

import type { Departure } from '../departure.js';

export interface Readiness {
  /** What keeps this node from its work, in words; empty when it is ready. */
  problems(): Promise<readonly string[]>;
}

export function addHealth(fastify: FastifyInstance, readiness: Readiness, departure: Departure): void {
  fastify.get('/health/live', async (_request, reply) => {
    await reply.header('cache-control', 'no-store').send({ status: 'live' });
  });
  fastify.get('/health/ready', async (_request, reply) => {
    departure.noteProbe();
    const problems = departure.leaving ? ['this node is about to stop'] : await readiness.problems();
    const ready = problems.length === 0;
    await reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', problems });
  });
}
