/** A node of a cluster inside the test's own process, for what only its gauges tell. */
import { type App, createApp } from '../../../src/app.js';
import { parseConfig } from '../../../src/config.js';
import { silentLogger } from '../../../src/lib/logger.js';
import type { Cluster } from './cluster.js';

export async function startInside(cluster: Cluster, keepAliveMs?: number): Promise<App> {
  const config = parseConfig({ ...cluster.env, PORT: '0' });
  const app = createApp(keepAliveMs === undefined ? config : { ...config, keepAliveMs }, silentLogger);
  await app.start();
  return app;
}
