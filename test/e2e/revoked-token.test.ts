import { createHash, randomBytes } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';
import { ExecutionFinished, ExecutionsFinished, ExecutionUpdated } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, DOORS, type Ending, serverSentEventsDoor, type Stream } from '../support/clients.js';
import { startIssuer, type Issuer } from '../support/issuer.js';
import { isCloseEvent, openRawSocket, webSocketUrl } from '../support/sockets.js';
import { finalStatus, startedId } from '../support/starts.js';
import { until } from '../support/until.js';

/** Within 30 s by contract; the deadline leaves room for a busy machine. */
const DEADLINE_MS = 45_000;
const CLIENT_ID = DEMO_ORGANIZATION.clients[0]?.id ?? '';
const CLIENT_SECRET = randomBytes(16).toString('hex');

afterEach(closeClients);

/** Upstream works on every query until `complete` is called. */
function holdUpstream(app: TestApp): { complete: () => void } {
  const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
  return { complete: () => running.remove() };
}

/** The end of a stream in the words of its door. */
const CLOSED: Record<string, Partial<Ending>> = {
  WebSocket: { kind: 'closed', code: 4403 },
  'server-sent events': { kind: 'completed' },
};

/** Over WebSocket the close says it all; an event stream says it in an event. */
async function expectEnd(doorName: string, stream: Stream<unknown>, code: string): Promise<void> {
  expect(await stream.ended).toMatchObject(CLOSED[doorName] ?? {});
  const last = (await stream.rest()).at(-1);
  if (doorName === 'WebSocket') expect(last).toBeUndefined();
  else expect(last).toMatchObject({ errors: [{ extensions: { code, retryable: false } }] });
}

interface Reconnecting {
  /** States as the client has seen them, by any number of connections. */
  readonly seen: { version: number; status: string; done: boolean }[];
  readonly closes: number[];
  readonly completed: Promise<void>;
}

/** The client as its library gives it, with nothing changed but where it gets its token. */
function subscribeWithStockClient(url: string, id: string, token: () => Promise<string>): Reconnecting {
  const seen: Reconnecting['seen'] = [];
  const closes: number[] = [];
  const client = createClient({
    url: webSocketUrl(url),
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    on: { closed: (event) => void (isCloseEvent(event) && closes.push(event.code)) },
  });
  const completed = new Promise<void>((resolve, reject) => {
    client.subscribe<{ usageExecutionUpdated: Reconnecting['seen'][number] }>(
      { query: print(ExecutionUpdated), variables: { id } },
      {
        next: ({ data }) => void (data && seen.push(data.usageExecutionUpdated)),
        complete: resolve,
        error: reject,
      },
    );
  });
  return { seen, closes, completed: completed.finally(() => void client.dispose()) };
}

/** What ends while the client has no good token is told when it has one. */
async function expectNothingMissed(
  app: TestApp,
  first: string,
  fresh: () => Promise<string>,
  starter: string,
  revoke: () => void,
) {
  const upstream = holdUpstream(app);
  const id = await startedId(app.url, 'ORGANIZATION_QUERY', {}, starter);
  const later = Promise.withResolvers<string>();
  let connects = 0;
  const client = subscribeWithStockClient(app.url, id, () =>
    connects++ === 0 ? Promise.resolve(first) : later.promise,
  );
  await until('the first state', () => client.seen.length > 0);
  revoke();
  await until('the close', () => client.closes.length > 0, DEADLINE_MS);
  const before = client.seen.length;
  upstream.complete();
  expect(await finalStatus(app.url, id, await fresh())).toBe('SUCCEEDED');
  expect(client.seen).toHaveLength(before);

  later.resolve(await fresh());
  await client.completed;
  expect(client.closes[0]).toBe(4403);
  expect(connects).toBe(2);
  const versions = client.seen.map(({ version }) => version);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  expect(client.seen.filter(({ done }) => done)).toEqual([expect.objectContaining({ status: 'SUCCEEDED' })]);
}

describe('a token of Genesys Cloud', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startAppWithSimulator();
  });
  afterAll(() => app?.stop());

  it('that was revoked or has lost rights ends its streams at both doors, and no others; nothing is told after it', async () => {
    const { tokens } = app.simulator;
    const upstream = holdUpstream(app);
    const id = await startedId(app.url);
    const [revoked, demoted, good] = [tokens.issue(), tokens.issue(), tokens.issue()];
    const ending = DOORS.flatMap((door) => [
      { door, code: 'UNAUTHENTICATED', stream: door.subscribe(app.url, ExecutionsFinished, {}, revoked) },
      { door, code: 'UNAUTHENTICATED', stream: door.subscribe(app.url, ExecutionFinished, { id }, revoked) },
      { door, code: 'FORBIDDEN', stream: door.subscribe(app.url, ExecutionFinished, { id }, demoted) },
    ]);
    const staying = DOORS.map((door) => door.subscribe(app.url, ExecutionFinished, { id }, good));
    // Each of them is known to the service before anything changes.
    await until('every stream to be open', () =>
      [revoked, demoted, good].every((token) => hasBeenLookedUp(app, token)),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));

    tokens.revoke(revoked);
    tokens.setPermissions(demoted, ['usage:client:view']);

    await Promise.all(ending.map(({ stream }) => stream.ended));
    upstream.complete();
    for (const { door, stream, code } of ending) await expectEnd(door.name, stream, code);
    for (const stream of staying) {
      expect(await stream.rest()).toMatchObject([
        { data: { usageExecutionFinished: { status: 'SUCCEEDED' } } },
      ]);
    }
  }, 90_000);

  it('that was replaced lets the stock client come back and miss nothing', async () => {
    const { tokens } = app.simulator;
    const first = tokens.issue();
    await expectNothingMissed(
      app,
      first,
      async () => tokens.issue(),
      'demo-admin',
      () => tokens.revoke(first),
    );
  }, 90_000);
});

function hasBeenLookedUp(app: TestApp, token: string): boolean {
  // The simulator's name for it.
  const label = createHash('sha256').update(token).digest('hex').slice(0, 12);
  return app.simulator.requests.some(
    ({ path, token: asked }) => asked === label && path.startsWith('/api/v2/users/me'),
  );
}

describe('a token of an issuer', () => {
  let app: TestApp;
  let issuer: Issuer;
  const lasting = (seconds: number) => issuer.token({ exp: Math.floor(Date.now() / 1000) + seconds });
  beforeAll(async () => {
    issuer = await startIssuer();
    app = await startAppWithSimulator({
      env: {
        ...issuer.env,
        JWT_CLOCK_TOLERANCE_SECONDS: '0',
        GENESYS_CLIENT_ID: CLIENT_ID,
        GENESYS_CLIENT_SECRET: CLIENT_SECRET,
      },
      simulator: { clientSecrets: { [CLIENT_ID]: CLIENT_SECRET } },
    });
  });
  afterAll(async () => {
    await app?.stop();
    await issuer?.stop();
  });

  it.each(DOORS)('that expires ends its stream over $name, and no event comes after it', async (door) => {
    const upstream = holdUpstream(app);
    const id = await startedId(app.url, 'ORGANIZATION_QUERY', {}, await lasting(600));
    const stream = door.subscribe(app.url, ExecutionFinished, { id }, await lasting(3));
    await stream.ended;
    upstream.complete();
    expect(await finalStatus(app.url, id, await lasting(600))).toBe('SUCCEEDED');
    await expectEnd(door.name, stream, 'UNAUTHENTICATED');
  });

  it('that expires does nothing more for a client that keeps the socket open against the close', async () => {
    const raw = await openRawSocket(app.url);
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${await lasting(2)}` } });
    expect(await raw.message()).toMatchObject({ type: 'connection_ack' });
    // Its closing handshake is never answered, so that the server still reads what it sends.
    const receiver = Reflect.get(raw.socket, '_receiver') as EventEmitter;
    receiver.removeAllListeners('conclude');
    const [code] = (await once(receiver, 'conclude')) as [number];
    expect(code).toBe(4403);
    const started = () =>
      app.simulator.requests.filter(({ method, path }) => method === 'POST' && path.includes('usage')).length;
    const before = started();
    const query =
      'mutation { queryOrganizationUsage(input: {interval: "2026-01-01/2026-01-02"}) { execution { id } } }';
    raw.send({ type: 'subscribe', id: '1', payload: { query } });
    // One that may start queries does so behind it.
    const id = await startedId(app.url, 'ORGANIZATION_QUERY', {}, await lasting(600));
    await finalStatus(app.url, id, await lasting(600));
    expect(started()).toBe(before + 1);
    raw.socket.terminate();
  });

  it(
    'whose key was withdrawn ends its streams',
    async () => {
      const old = await lasting(600);
      const stream = serverSentEventsDoor.subscribe(app.url, ExecutionsFinished, {}, old);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await issuer.rotate();
      issuer.withdrawOld();
      await expectEnd('server-sent events', stream, 'UNAUTHENTICATED');
    },
    DEADLINE_MS,
  );

  it('that was replaced lets the stock client come back and miss nothing', async () => {
    const first = await lasting(3);
    await expectNothingMissed(
      app,
      first,
      () => lasting(600),
      await lasting(600),
      () => {},
    );
  }, 60_000);
});
