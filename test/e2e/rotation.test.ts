/** Everything secret is changed while executions are under way, as docs/rotation.md says; none of them is lost. */
import { randomBytes } from 'node:crypto';

import { afterEach, describe, expect, it } from '@jest/globals';

import type { App } from '../../src/app.js';
import { StartupError } from '../../src/lib/startup-error.js';
import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { inDatabase } from '../support/database.js';
import { type Issuer, startIssuer } from '../support/issuer.js';
import { post } from '../support/clients.js';
import { until } from '../support/until.js';
import { ending, startQuery, SUCCESS } from '../process/client.js';
import { query } from '../store/embedded/scratch.js';

const OLD = Buffer.alloc(32, 1).toString('base64');
const NEW = Buffer.alloc(32, 2).toString('base64');
/** As docs/rotation.md has it. */
const TOKENS_BY_KEY = `SELECT key_id, count(*)::int AS tokens FROM credentials
  WHERE EXISTS (SELECT FROM executions WHERE credential_id = credentials.id AND finished_at IS NULL)
  GROUP BY key_id ORDER BY key_id`;
const CLIENT_ID = DEMO_ORGANIZATION.clients[0]?.id ?? '';
const VIEWER = { query: '{ viewer { organization { id } } }' };

let app: TestApp;
let issuer: Issuer | undefined;
afterEach(async () => {
  await app.stop();
  await issuer?.stop();
  issuer = undefined;
});

/** From now on upstream is at work on everything, until the function that it gives is called. */
function keepBusy(): () => void {
  const busy = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
  return () => busy.remove();
}

/** Each node gives way to one with another environment, one after the other, and there is always one. */
async function roll(nodes: readonly App[], env: Readonly<Record<string, string>>): Promise<App[]> {
  const successors: App[] = [];
  for (const node of nodes) {
    successors.push(await app.startNode(env));
    await node.stop();
  }
  return successors;
}

interface Started {
  readonly id: string;
  readonly token: string;
}

/** One at each node, each with a token of its own: sealed with the key that this node has first. */
async function startAt(nodes: readonly App[], first: number): Promise<Started[]> {
  const starts = nodes.map(async ({ url }, i) => {
    const token = app.simulator.tokens.issue();
    return { id: await startQuery(url, first + i, token), token };
  });
  return Promise.all(starts);
}

const endingsAt = ({ url }: App, started: readonly Started[]) =>
  Promise.all(started.map(({ id, token }) => ending(url, id, token)));

const stateOf = async (url: string, { id, token }: Started) => {
  const text = 'query ($id: ID!) { usageExecution(id: $id) { status error { code retryable } } }';
  const answer = await post(url, { query: text, variables: { id } }, token);
  return (answer.data as { usageExecution: Record<string, unknown> }).usageExecution;
};

describe('the key of tokens at rest', () => {
  it('is changed on two nodes while executions are open, which all come to their end', async () => {
    app = await startAppWithSimulator({ env: { TOKEN_ENCRYPTION_KEY: OLD } });
    const beIdle = keepBusy();
    let nodes: App[] = [app.node, await app.startNode()];
    const before = await startAt(nodes, 1);
    nodes = await roll(nodes, { TOKEN_ENCRYPTION_KEY: `default:${OLD},2027:${NEW}` });
    nodes = await roll(nodes, { TOKEN_ENCRYPTION_KEY: `2027:${NEW},default:${OLD}` });
    const after = await startAt(nodes, 11);
    expect(await query(app.databaseUrl, TOKENS_BY_KEY)).toEqual([
      { key_id: '2027', tokens: 2 },
      { key_id: 'default', tokens: 2 },
    ]);
    beIdle();
    expect(await endingsAt(nodes[0]!, before)).toEqual([SUCCESS, SUCCESS]);
    const beBusy = keepBusy();
    const last = await startAt(nodes, 21);
    await until('no token of the old key', async () => {
      const keys = await query(app.databaseUrl, TOKENS_BY_KEY);
      return !keys.some(({ key_id: id }) => id === 'default');
    });
    nodes = await roll(nodes, { TOKEN_ENCRYPTION_KEY: `2027:${NEW}` });
    beBusy();
    expect(await endingsAt(nodes[1]!, [...after, ...last])).toEqual([SUCCESS, SUCCESS, SUCCESS, SUCCESS]);
  }, 60_000);

  it('that is taken out too early costs no execution before its time, and no node', async () => {
    app = await startAppWithSimulator({ env: { TOKEN_ENCRYPTION_KEY: OLD } });
    const beIdle = keepBusy();
    const brief = await app.startNode({ EXECUTION_DEADLINE_MS: '4000' });
    const [lasting, doomed] = await startAt([app.node, brief], 1);
    const [node] = await roll([app.node], { TOKEN_ENCRYPTION_KEY: `2027:${NEW}` });
    await brief.stop();
    const waiting = "SELECT FROM executions WHERE error_code = 'CREDENTIALS_MISSING'";
    await until('both to wait', async () => (await query(app.databaseUrl, waiting)).length === 2);
    // Nobody who may see it comes by with a token until its deadline.
    await until(
      'the end of one',
      async () => (await query(app.databaseUrl, `${waiting} AND finished_at IS NOT NULL`)).length === 1,
    );
    expect(await stateOf(node!.url, doomed!)).toEqual({
      status: 'FAILED',
      error: { code: 'CREDENTIALS_MISSING', retryable: true },
    });
    expect((await fetch(`${node!.url}/health/ready`)).status).toBe(200);
    beIdle();
    // Its owner's next look brings the token, which is sealed with the new key.
    expect(await ending(node!.url, lasting!.id, lasting!.token)).toEqual(SUCCESS);
  }, 60_000);
});

it('the secret of the service’s OAuth client is changed while executions are open', async () => {
  const clientSecrets: Record<string, string> = { [CLIENT_ID]: 'the-old-secret' };
  const old = { GENESYS_CLIENT_ID: CLIENT_ID, GENESYS_CLIENT_SECRET: 'the-old-secret' };
  app = await startAppWithSimulator({ env: old, simulator: { clientSecrets } });
  const beIdle = keepBusy();
  const before = await startAt([app.node], 1);
  clientSecrets[CLIENT_ID] = 'the-new-secret';
  // What runs goes on with the token that it has; what starts has to know the new one.
  const meanwhile = await startAt([app.node], 11);
  await expect(app.startNode()).rejects.toThrow(StartupError);
  const [node] = await roll([app.node], { GENESYS_CLIENT_SECRET: 'the-new-secret' });
  beIdle();
  expect(await endingsAt(node!, [...before, ...meanwhile])).toEqual([SUCCESS, SUCCESS]);
}, 60_000);

it('the issuer’s key is changed while callers have tokens of both', async () => {
  issuer = await startIssuer();
  const env = { ...issuer.env, GENESYS_CLIENT_ID: CLIENT_ID, GENESYS_CLIENT_SECRET: 'secret-of-the-service' };
  app = await startAppWithSimulator({
    env,
    simulator: { clientSecrets: { [CLIENT_ID]: 'secret-of-the-service' } },
  });
  const old = await issuer.token();
  await issuer.rotate();
  const fresh = await issuer.token({ sub: 'another' });
  const accepted = async (token: string, url = app.url) => (await post(url, VIEWER, token)).status === 200;
  expect(await accepted(old)).toBe(true);
  expect(await accepted(fresh)).toBe(true);
  issuer.withdrawOld();
  const restarted = await app.startNode();
  expect(await accepted(fresh, restarted.url)).toBe(true);
  expect(await accepted(old, restarted.url)).toBe(false);
}, 60_000);

it('the password of the database is changed: nothing is lost, and a node with the old one says what is the matter', async () => {
  app = await startAppWithSimulator();
  const role = `role_${randomBytes(6).toString('hex')}`;
  const address = (password: string) => {
    const url = new URL(app.databaseUrl);
    return Object.assign(url, { username: role, password }).href;
  };
  await inDatabase(app.databaseUrl, `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'the-old-password'`);
  try {
    const [old] = await roll([app.node], { DATABASE_URL: address('the-old-password') });
    const beIdle = keepBusy();
    const started = await startAt([old!], 1);
    await inDatabase(app.databaseUrl, `ALTER ROLE ${role} PASSWORD 'the-new-password'`);
    // Open connections live on. These are gone, as after a while or a restart of PostgreSQL.
    await query(
      app.databaseUrl,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`,
    );
    const { token } = started[0]!;
    const asked = () => post(old!.url, { query: '{ usageExecutions { totalCount } }' }, token);
    await until('a refusal', async () => (await asked()).errors !== undefined);
    expect((await asked()).errors).toMatchObject([
      { extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } },
    ]);
    expect((await fetch(`${old!.url}/health/ready`)).status).toBe(503);
    const [node] = await roll([old!], { DATABASE_URL: address('the-new-password') });
    beIdle();
    expect(await endingsAt(node!, started)).toEqual([SUCCESS]);
    await node!.stop();
  } finally {
    await inDatabase(app.databaseUrl, `DROP ROLE ${role}`);
  }
}, 60_000);
