/**
 * What traces cost: the program with traces off, the same with every trace kept and exported, and, when `BENCH_BEFORE` is
 * the path of another build's `main.js` (the version before there were traces), that one too. Three cases that a caller
 * meets most: the status of an execution, a page that is asked for again, and a start that finds a finished execution.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { save } from './lib/results.ts';
import { median, rounded, summary } from './lib/summary.ts';
import { load } from './lib/load.ts';
import { startProgram } from './lib/program.ts';
import { ask, PAGE_QUERY, STATUS_QUERY } from './lib/servers.ts';

/** Many and short: of what else the machine does, some are free, and the median of the ratios is one of those. */
const ROUNDS = 25;
const ROUND_MS = 400;
const WARM_UP_MS = 2_000;
const CONNECTIONS = 16;

/** Takes everything, like a collector on another machine. */
const receiver = createServer((request, response) => {
  request.resume().once('end', () => response.end());
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

const before = process.env['BENCH_BEFORE'];
const programs = [
  ...(before ? [{ name: 'before', program: await startProgram({}, [], { main: before }) }] : []),
  { name: 'off', program: await startProgram() },
  { name: 'off, once more', program: await startProgram() },
  { name: 'on', program: await startProgram({ OTEL_EXPORTER_OTLP_ENDPOINT }) },
];

const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
const START = `mutation Start { queryOrganizationUsage(input: {interval: "${day(30)}/${day(2)}", granularity: DAY,
  groupBy: [OAUTH_CLIENT, USER, TEMPLATE_URI, HTTP_METHOD], waitMs: 30000}) { source execution { id status } } }`;

type Body = (id: string) => string;
const CASES: Readonly<Record<string, Body>> = {
  status: (id) => JSON.stringify({ query: STATUS_QUERY, variables: { id } }),
  'page of 1,000 rows, repeated': (id) =>
    JSON.stringify({ query: PAGE_QUERY, variables: { id, after: null } }),
  'start that is reused': () => JSON.stringify({ query: START }),
};

try {
  const ids = new Map<string, string>();
  for (const { name, program } of programs) {
    const id = /"id":"(exe_\w+)","status":"SUCCEEDED"/.exec(await ask(program.url, START))?.[1];
    if (!id) throw new Error(`${name} has finished no execution`);
    ids.set(name, id);
  }
  const results: Record<string, object> = {};
  for (const [name, bodyOf] of Object.entries(CASES)) {
    results[name] = await measure(name, (program) => bodyOf(ids.get(program) ?? ''));
  }
  save('tracing', results, { connections: CONNECTIONS, rounds: ROUNDS });
} finally {
  await Promise.all(programs.map(({ program }) => program.stop()));
  receiver.closeAllConnections();
  receiver.close();
}

async function measure(title: string, bodyOf: Body): Promise<object> {
  const measured = new Map<string, Turn[]>(programs.map(({ name }) => [name, []]));
  const turn = async ({ name, program }: (typeof programs)[number], ms: number): Promise<Turn> => {
    const { url, pid } = program;
    const spent = cpuOf(pid);
    const { requests, requestsPerSecond } = await load({
      url,
      pid,
      connections: CONNECTIONS,
      ms,
      next: () => bodyOf(name),
    });
    return { requestsPerSecond, cpuMs: (cpuOf(pid) - spent) / requests };
  };
  for (const one of programs) await turn(one, WARM_UP_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of programs) measured.get(one.name)?.push(await turn(one, ROUND_MS));
  }
  const off = measured.get('off') ?? [];
  const toOff = (turns: readonly Turn[], key: keyof Turn) =>
    summary(turns.map((one, i) => one[key] / (off[i]?.[key] ?? NaN)));
  process.stdout.write(`\n${title}\n`);
  const all = programs.map(({ name }) => {
    const turns = measured.get(name) ?? [];
    const result = {
      requestsPerSecond: rounded(median(turns.map((one) => one.requestsPerSecond))),
      rateToOff: toOff(turns, 'requestsPerSecond').median,
      cpuMs: rounded(median(turns.map((one) => one.cpuMs))),
      leastCpuMs: rounded(Math.min(...turns.map((one) => one.cpuMs))),
      cpuToOff: toOff(turns, 'cpuMs').median,
    };
    process.stdout.write(`${name.padEnd(16)} ${JSON.stringify(result)}\n`);
    return [name, result] as const;
  });
  return Object.fromEntries(all);
}

interface Turn {
  readonly requestsPerSecond: number;
  /** Of the program's main thread, for each request. */
  readonly cpuMs: number;
}

/** Of the main thread so far, in milliseconds; Linux counts that to the nanosecond, and not the waiting for a core. */
function cpuOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}
