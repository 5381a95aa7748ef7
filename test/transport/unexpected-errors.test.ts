import { afterEach, expect, it } from '@jest/globals';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createHttpServer, type HttpServer } from '../../src/transport/http/http-server.js';
import { closeClients } from '../support/clients.js';
import { THREE_DOORS } from '../support/three-doors.js';

let server: HttpServer | undefined;
afterEach(async () => {
  await closeClients();
  await server?.stop();
});

it.each(THREE_DOORS)('masks a fault of the authentication itself at the door $name', async (door) => {
  server = await createHttpServer({
    host: '127.0.0.1',
    port: 0,
    schema: buildUsageSchema(),
    scope: {
      authenticate: () => Promise.reject(new Error('the secret of the vault is 42')),
      context: nobodyGetsHere,
      watch: () => ({ ended: null, onEnd: () => () => {}, release: () => {} }),
    },
    exports: { find: nobodyGetsHere, rows: nobodyGetsHere },
    readiness: async () => ({ problems: [], degraded: [] }),
    introspection: true,
    graphiql: null,
    allowedOrigins: [],
    trustProxy: false,
    rateLimitPerMinute: 0,
    maxConnections: { perIdentity: 0, perAddress: 0 },
    log: silentLogger,
  });

  const seen = await door.ask(server.url, { query: '{ viewer { operations } }' });

  expect(JSON.stringify(seen)).not.toContain('vault');
  if (door.name === 'WebSocket') expect(seen.ending).toMatchObject({ kind: 'closed', code: 1013 });
  else {
    expect(seen.status).toBe(500);
    expect(seen.errors).toMatchObject([
      { extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.anything() } },
    ]);
  }
});

function nobodyGetsHere(): never {
  throw new Error('nobody gets here');
}
