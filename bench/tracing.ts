/**
 * What traces cost: the program with traces off, the same with every trace kept and exported, and, when `BENCH_BEFORE` is
 * the path of another build's `main.js` (the version before there were traces), that one too. Three cases that a caller
 * meets most: the status of an execution, a page that is asked for again, and a start that finds a finished execution.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { median, rounded, save } from './lib/compare.ts';
import { load, type Measured } from './lib/load.ts';
import { startProgram } from './lib/program.ts';
import { ask, PAGE_QUERY, STATUS_QUERY } from './lib/servers.ts';

const ROUNDS = 12;
/** Linux counts CPU in hundredths of a second: shorter rounds would have a handful of them. */
const ROUND_MS = 1_500;
const CONNECTIONS = 16;

/** Takes everything, like a collector on another machine. */
const receiver = createServer((request, response) => {
  request.resume().once('end', () => response.end());
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

const before = process.env['BENCH_BEFORE'];
const programs = [
  ...(before ? [{ name: 'before', program: await startProgram({}, [], before) }] : []),
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
  const measured = new Map<string, Measured[]>(programs.map(({ name }) => [name, []]));
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { name, program } of programs) {
      const { url, pid } = program;
      const one = await load({ url, pid, connections: CONNECTIONS, ms: ROUND_MS, next: () => bodyOf(name) });
      if (round > 0) measured.get(name)?.push(one);
    }
  }
  const off = measured.get('off') ?? [];
  process.stdout.write(`\n${title}\n`);
  const all = programs.map(({ name }) => {
    const rounds = measured.get(name) ?? [];
    const result = {
      requestsPerSecond: rounded(median(rounds.map((one) => one.requestsPerSecond))),
      cpuMs: rounded(cpuOf(rounds)),
      rateToOff: rounded(
        median(rounds.map((one, i) => one.requestsPerSecond / (off[i]?.requestsPerSecond ?? NaN))),
      ),
      cpuToOff: rounded(cpuOf(rounds) / cpuOf(off)),
    };
    const { requestsPerSecond, cpuMs, rateToOff, cpuToOff } = result;
    process.stdout.write(
      `${name.padEnd(16)} ${requestsPerSecond}/s, ${rateToOff} x off; cpu ${cpuMs} ms, ${cpuToOff} x off\n`,
    );
    return [name, result] as const;
  });
  return Object.fromEntries(all);
}

/** Of a request, over all rounds. */
function cpuOf(rounds: readonly Measured[]): number {
  const weight = rounds.reduce((sum, one) => sum + one.requestsPerSecond, 0);
  return rounds.reduce((sum, one) => sum + one.cpuMs * one.requestsPerSecond, 0) / weight;
}
