/**
 * Which pages of other origins may read our answers. There are no cookies, so what a page may do hangs on the token that
 * it has; the list keeps a stolen or entered token from being used by any page at all. Origins on the list may send
 * credentials, since a proxy in front may have cookies of its own; with `*` nobody may.
 */
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

import { ANY_ORIGIN } from '../admission/origin.js';

/** Headers that scripts need and browsers would hide. */
const EXPOSED = ['x-request-id', 'retry-after', 'content-disposition'];
/** Browsers that keep an answer longest (Firefox) do so for a day; a change of the list should show within minutes. */
const PREFLIGHT_SECONDS = 600;

export async function addCors(fastify: FastifyInstance, allowedOrigins: readonly string[]): Promise<void> {
  const any = allowedOrigins.includes(ANY_ORIGIN);
  const listed = new Set(allowedOrigins);
  await fastify.register(cors, {
    // Not the list itself: the library would tell everybody else, too, that credentials are allowed.
    origin:
      any || listed.size === 0
        ? any && ANY_ORIGIN
        : (origin, answer) => answer(null, origin !== undefined && listed.has(origin)),
    credentials: !any,
    methods: ['GET', 'HEAD', 'POST'],
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
    // An OPTIONS that is no preflight gets our own "there is nothing here".
    strictPreflight: false,
  });
}
