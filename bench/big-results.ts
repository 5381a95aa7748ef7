/** A result of 100,000 rows: from upstream's last byte to the first page, and what else the program does meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';

import { startUpstream, startWatched } from './big-results/processes.ts';
import { save } from './lib/results.ts';
import { ask, HEADERS } from './lib/servers.ts';
import { rounded, type Summary, summary } from './lib/summary.ts';

const ROWS = 100_000;
const ROUNDS = 7;
const GROUP_ROUNDS = 30;
/** Big results that are asked for at the same time. */
const AT_ONCE = 6;
const ROW = `date oauthClient { id } organizationId user { id } platform httpMethod templateUri
  requests status200 status300 status400 status429 status500`;

interface Round {
  readonly bareMs: number;
  readonly afterLastByteMs: number;
  readonly wholeMs: number;
  readonly longestMs: number;
  readonly longestCpuMs: number;
  readonly longestGcMs: number;
  readonly p99Ms: number;
  readonly peakMb: number;
}

const upstream = await startUpstream(ROWS);
const program = await startWatched(upstream.url, process.argv.slice(2));

const now = () => performance.timeOrigin + performance.now();

/** As quickly as a client without any of this can have them. */
async function bareMs(): Promise<number> {
  const start = performance.now();
  const answer = await fetch(`${upstream.url}/api/v2/usage/query/any/results`, { headers: HEADERS });
  const { results } = JSON.parse(await answer.text()) as { results: object[] };
  const tookMs = performance.now() - start;
  if (results.length !== ROWS) throw new Error(`${results.length} rows`);
  return tookMs;
}

/** Starts a query and gets its first page in one request; gives the execution's id. */
async function firstPage(): Promise<string> {
  const input = '{interval: "2026-09-01/2026-09-30", reuse: {maxAgeSeconds: 0}, waitMs: 30000}';
  const selection = `execution { id status rows(first: 1000) { totalCount nodes { ${ROW} } } }`;
  const text = await ask(
    program.url,
    `mutation { queryOrganizationUsage(input: ${input}) { ${selection} userErrors { message } } }`,
  );
  const id = /"id":"(exe_\w+)","status":"SUCCEEDED","rows":\{"totalCount":(\d+)/.exec(text);
  if (!id?.[1] || Number(id[2]) !== ROWS) throw new Error(text.slice(0, 500));
  return id[1];
}

async function warmUp(): Promise<void> {
  const clients = await ask(program.url, '{ oauthClients { id } }');
  const client = /"id":"([^"]+)"/.exec(clients)?.[1];
  const input = `{clientId: "${client}", interval: "2026-09-01/2026-09-30", waitMs: 30000}`;
  for (let i = 0; i < 5; i += 1) {
    await ask(
      program.url,
      `mutation { queryOAuthClientUsage(input: ${input}) { execution { id rows(first: 1000) { nodes { ${ROW} } } } } }`,
    );
  }
}

async function round(): Promise<Round> {
  const bare = await bareMs();
  await program.loop();
  program.peakMemory();
  const startedAt = now();
  await firstPage();
  const servedAt = now();
  const peakMb = program.peakMemory();
  const { askedAt, lastByteAt } = await upstream.sentAfter(startedAt);
  const loop = await program.loop();
  return {
    bareMs: bare,
    afterLastByteMs: servedAt - lastByteAt,
    wholeMs: servedAt - askedAt,
    ...loop,
    peakMb,
  };
}

/** Another number of groups each time: an answer that was given before is kept. */
async function groupMs(id: string): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < GROUP_ROUNDS; i += 1) {
    const start = performance.now();
    const by = '[OAUTH_CLIENT, TEMPLATE_URI, HTTP_METHOD]';
    const totals = 'totals { rowCount requests status429 errorRate }';
    const text = await ask(
      program.url,
      `{ usageExecution(id: "${id}") { groups(by: ${by}, first: ${50 + i}) { key { value name } ${totals} } } }`,
    );
    took.push(performance.now() - start);
    if (!text.includes('"groups":[{')) throw new Error(text.slice(0, 500));
  }
  return took;
}

async function atOnce() {
  await program.loop();
  program.peakMemory();
  const start = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, firstPage));
  return {
    results: AT_ONCE,
    allMs: performance.now() - start,
    peakMb: program.peakMemory(),
    ...(await program.loop()),
  };
}

try {
  await warmUp();
  await sleep(1_000);
  const baseMb = program.memory();
  // What the machine does to a program that does nothing.
  await program.loop();
  await sleep(3_000);
  const idle = await program.loop();
  await firstPage();
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) rounds.push(await round());
  const many = await atOnce();
  const grouping = await groupMs(await firstPage());
  const of = (key: keyof Round): Summary => summary(rounds.map((one) => one[key]));
  const facts = {
    bytes: upstream.bytes,
    downloadAndParseMs: of('bareMs'),
    lastByteToFirstPageMs: of('afterLastByteMs'),
    lastByteToFirstPageRatio: summary(rounds.map((one) => one.afterLastByteMs / one.bareMs)),
    firstByteToFirstPageMs: of('wholeMs'),
    firstByteToFirstPageRatio: summary(rounds.map((one) => one.wholeMs / one.bareMs)),
    loopBlockedMs: of('longestMs'),
    loopBlockedCpuMs: of('longestCpuMs'),
    longestGarbageMs: of('longestGcMs'),
    loopP99Ms: of('p99Ms'),
    idleLoopBlockedMs: rounded(idle.longestMs),
    baseMb: rounded(baseMb),
    peakAboveBaseMb: summary(rounds.map((one) => one.peakMb - baseMb)),
    groupsMs: summary(grouping),
    atOnce: {
      results: many.results,
      allMs: rounded(many.allMs),
      peakAboveBaseMb: rounded(many.peakMb - baseMb),
      loopBlockedMs: rounded(many.longestMs),
      loopBlockedCpuMs: rounded(many.longestCpuMs),
    },
  };
  for (const [name, value] of Object.entries(facts)) console.log(name.padEnd(28), JSON.stringify(value));
  save('big-results', facts, { rows: ROWS, rounds: ROUNDS });
} finally {
  await program.stop();
  await upstream.stop();
}
