/**
 * Security headers for every answer. What is not a page must never become one: nothing may be loaded, run or framed from an
 * answer of ours, whatever a browser takes it for. The GraphiQL page has a policy of its own.
 */
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** For answers that never reach Fastify. */
export const BARE_SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

export async function addSecurityHeaders(fastify: FastifyInstance): Promise<void> {
  await fastify.register(helmet, {
    global: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
  });
}
