/** A page of 1,000 rows × 13 fields over `POST /graphql`: one that nobody has asked for before, and one again and again. */
import { type Case, compare, print } from './lib/compare.ts';
import { save } from './lib/results.ts';
import { ask, cursorAt, PAGE_QUERY, type Server, startServers } from './lib/servers.ts';

const ROUNDS = 4;
const ROUND_MS = 800;
/** Answers of this size keep a server busy with fewer connections than it has in real life. */
const CONNECTIONS = 8;
const PAGE = 1_000;

const servers = await startServers();
const { executionId: id } = servers;
const bodyAt = (position: number) => {
  const after = position > 0 ? cursorAt(id, position) : null;
  return JSON.stringify({ query: PAGE_QUERY, variables: { id, after } });
};
const asked = new Map<Server, number>();

const first: Case = {
  name: 'first time',
  connections: CONNECTIONS,
  next: (server) => {
    const position = (asked.get(server) ?? 0) + 1;
    asked.set(server, position);
    if (position + PAGE > servers.rows) throw new Error('every page has been asked for');
    return bodyAt(position);
  },
};
const repeated: Case = { name: 'repeated', connections: CONNECTIONS, next: () => bodyAt(0) };

try {
  const bytes = await checkSameBytes();
  const cases: Record<string, Awaited<ReturnType<typeof compare>>> = {};
  for (const one of [repeated, first]) {
    const results = await compare(one, servers.all, ROUNDS, ROUND_MS);
    cases[one.name] = results;
    print(`page of 1,000 rows, ${one.name}`, results);
  }
  save('page', cases, { bytes, connections: CONNECTIONS, rounds: ROUNDS });
} finally {
  await servers.stop();
}

async function checkSameBytes(): Promise<number> {
  const positions = [0, 1, 12_345, servers.rows - 500];
  let bytes = 0;
  for (const position of positions) {
    const variables = { id, after: position > 0 ? cursorAt(id, position) : null };
    const texts = await Promise.all(
      servers.all.map(async ({ url }) => (await ask(url, PAGE_QUERY, variables)).trim()),
    );
    texts.forEach((text, i) => {
      if (text !== texts[0])
        throw new Error(`${servers.all[i]?.name} answers otherwise: ${text.slice(0, 300)}`);
    });
    bytes ||= texts[0]?.length ?? 0;
  }
  return bytes;
}
