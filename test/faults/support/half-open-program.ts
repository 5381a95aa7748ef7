/**
 * The service in a network of its own, where what is sent to one address can be lost. Prints what its gauges said
 * before and after, as one line of JSON.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { createApp } from '../../../src/app.js';
import { parseConfig } from '../../../src/config.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { until } from '../../support/until.js';
import type { Gauges, HalfOpenReport } from './half-open.js';

/** Clients of this address will be lost. */
const LOST_ADDRESS = '127.0.0.66';
const LOST = 10;
const QUERY = 'subscription { usageExecutionsFinished { id } }';

const { keepAliveMs } = JSON.parse(process.argv[2] ?? '') as { keepAliveMs: number };
execFileSync('ip', ['link', 'set', 'lo', 'up']);
const directory = await mkdtemp(join(tmpdir(), 'usage-graphql-half-open-'));
const app = createApp({ ...parseConfig({ DATA_DIR: directory, PORT: '0' }), keepAliveMs }, silentLogger);
try {
  await app.start();
  console.log(JSON.stringify(await report()));
} finally {
  await app.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

async function report(): Promise<HalfOpenReport> {
  for (let i = 0; i < LOST; i += 1) await subscribe(LOST_ADDRESS);
  await subscribe('127.0.0.1');
  await until('all to listen', () => app.watching.listeners === LOST + 1);
  const before = gauges();
  await delay(2 * keepAliveMs);
  const withoutLoss = gauges();
  execFileSync('ip', ['route', 'add', 'blackhole', `${LOST_ADDRESS}/32`, 'table', 'local']);
  const lostAt = Date.now();
  await until('the lost ones to be given up', () => app.watching.eventStreams <= 1, 2 * keepAliveMs + 8_000);
  await until('their listeners to be gone', () => app.watching.listeners <= 1);
  return { before, withoutLoss, after: gauges(), givenUpMs: Date.now() - lostAt };
}

function gauges(): Gauges {
  const { eventStreams, listeners } = app.watching;
  return { eventStreams, listeners };
}

async function subscribe(localAddress: string): Promise<void> {
  const headers = {
    authorization: 'Bearer demo-admin',
    accept: 'text/event-stream',
    'content-type': 'application/json',
  };
  const url = `${app.url}/graphql/stream`;
  const asking = request(url, { method: 'POST', headers, agent: false, localAddress });
  asking.on('error', () => {});
  asking.end(JSON.stringify({ query: QUERY }));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  response.on('error', () => {}).resume();
}
