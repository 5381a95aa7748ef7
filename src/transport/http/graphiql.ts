/** The page for people: static files that the build has made, and the few facts that the page needs about this server. */
import { existsSync } from 'node:fs';

import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

import { StartupError } from '../../lib/startup-error.js';

export interface GraphiQLOptions {
  /** Folder of the built page. */
  readonly directory: string;
  /** Filled in while the simulated upstream runs; null: the person has to bring a token. */
  readonly demoToken: string | null;
}

/** Scripts come from us alone. The editor writes styles into elements, and runs its workers from our origin. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the page below `/graphiql`, or, when it is off, only says at `/` what this is. */
export async function addGraphiQL(fastify: FastifyInstance, options: GraphiQLOptions | null): Promise<void> {
  if (!options) {
    fastify.get('/', async () => ({ service: 'Genesys Cloud usage over GraphQL', graphql: '/graphql' }));
    return;
  }
  const { directory, demoToken } = options;
  if (!existsSync(directory)) {
    throw new StartupError(`The GraphiQL page has not been built. Run "npm run build", or set GRAPHIQL=off.`);
  }
  const config = {
    simulated: demoToken !== null,
    demoToken,
    endpoint: '/graphql',
    subscriptionEndpoint: '/graphql',
  };
  fastify.get('/', (_request, reply) => reply.redirect('/graphiql'));
  fastify.get('/graphiql/config.json', async (_request, reply) => {
    await reply.header('cache-control', 'no-store').send(config);
  });
  await fastify.register(fastifyStatic, {
    root: directory,
    prefix: '/graphiql/',
    // Also without the slash at the end: the page's addresses are absolute.
    prefixAvoidTrailingSlash: true,
    dotfiles: 'deny',
    cacheControl: false,
    setHeaders,
  });
  fastify.get('/graphiql', (_request, reply) => reply.sendFile('index.html'));
}

/** File names below `assets` hold a hash of the content; the page itself must always be asked for anew. */
function setHeaders(reply: FastifyReply, path: string): void {
  const immutable = path.includes('/assets/');
  void reply.headers({
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': CONTENT_SECURITY_POLICY,
  });
}
