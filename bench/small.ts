/** The status of one execution over `POST /graphql`. */
import { type Case, compare, print } from './lib/compare.ts';
import { save } from './lib/results.ts';
import { ask, startServers, STATUS_QUERY } from './lib/servers.ts';

const ROUNDS = 5;
const ROUND_MS = 1_000;
const CONNECTIONS = 32;

const servers = await startServers();
const variables = { id: servers.executionId };
const body = JSON.stringify({ query: STATUS_QUERY, variables });
const status: Case = { name: 'status', connections: CONNECTIONS, next: () => body };

try {
  const texts = await Promise.all(
    servers.all.map(async ({ url }) => (await ask(url, STATUS_QUERY, variables)).trim()),
  );
  // The version counts what happened on the way, which the peers have not seen.
  const same = texts.map((text) => text.replace(/"version":\d+/, '"version":0'));
  if (new Set(same).size > 1) throw new Error(`the answers differ: ${texts.join('\n')}`);
  const results = await compare(status, servers.all, ROUNDS, ROUND_MS);
  print('status of one execution', results);
  save('small', { status: results }, { bytes: texts[0]?.length, connections: CONNECTIONS, rounds: ROUNDS });
} finally {
  await servers.stop();
}
