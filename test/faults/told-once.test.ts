import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';
import type { NodeProcess } from '../support/node-process.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { expectInvariants } from './support/invariants.js';

const CLIENT_ID = DEMO_ORGANIZATION.clients[0]?.id ?? '';
const CLIENT_SECRET = 'hunter2-of-the-service';
/** What works and fails by turns is over only after some seconds. */
const OVER_WITHIN_MS = 20_000;

let cluster: Cluster;
afterEach(() => cluster.stop());

/** Work for the next try, at a pace that leaves some budget. */
async function oneMore(): Promise<void> {
  await cluster.start();
  await delay(250);
}

/** Warnings and errors alone; each line is JSON. */
function warnings({ stdout }: NodeProcess): string[] {
  const events = stdout.map((line) => JSON.parse(line) as { level: number; msg: string; err?: unknown });
  return events.filter(({ level }) => level >= 40).map(({ msg, err }) => (err ? `${msg} (stack)` : msg));
}

describe('what an operator reads while many executions meet the same trouble', () => {
  it('is one line when upstream can not be reached, and one when it can again', async () => {
    cluster = await startCluster({ tokens: 5, simulator: { durations: () => 3_000 } });
    const [node] = cluster.nodes;
    await cluster.startMany(20);
    await cluster.upstream.cut();
    await delay(3_000);
    await cluster.upstream.mend();
    await cluster.settled(60_000);
    await until(
      'the all-clear',
      async () => (await oneMore(), node?.output.includes('Genesys Cloud answers again')),
      OVER_WITHIN_MS,
    );
    expect(node && warnings(node)).toEqual([
      expect.stringMatching(/^Genesys Cloud does not answer.+check GENESYS_REGION/),
    ]);
    await cluster.settled(60_000);
    await expectInvariants(cluster);
  }, 150_000);

  it("is one line when the service's credentials are refused, without the secret, and one when they are accepted", async () => {
    cluster = await startCluster({
      env: { GENESYS_CLIENT_ID: CLIENT_ID, GENESYS_CLIENT_SECRET: CLIENT_SECRET },
      simulator: { clientSecrets: { [CLIENT_ID]: CLIENT_SECRET } },
    });
    const [node] = cluster.nodes;
    await cluster.startMany(5);
    await cluster.settled(60_000);
    const { faults } = cluster.simulator;
    const login = faults.inject({ kind: 'status', status: 401 }, { stage: 'login' });
    faults.inject({ kind: 'revoke-token' }, { stage: 'start', times: 1 });
    await cluster.startMany(10);
    await until('the refusal to be told', () => node?.output.includes('does not accept the service'));
    login.remove();
    await until(
      'the all-clear',
      async () => (await oneMore(), node?.output.includes("accepts the service's credentials again")),
      OVER_WITHIN_MS,
    );
    expect(node && warnings(node)).toEqual([
      expect.stringMatching(/^Genesys Cloud does not accept.+GENESYS_CLIENT_SECRET/),
    ]);
    expect(node?.output).not.toContain(CLIENT_SECRET);
    await cluster.settled(60_000);
    await expectInvariants(cluster);
  }, 150_000);
});
