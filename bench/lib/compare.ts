/** Rounds in which every server has its turn, so that whatever else the machine does hits all of them. */
import { load, type Measured } from './load.ts';
import type { Server } from './servers.ts';
import { median, rounded } from './summary.ts';

export interface Case {
  readonly name: string;
  readonly connections: number;
  /** The body of the next request to a server. */
  readonly next: (server: Server) => string;
}

export interface Result {
  readonly server: string;
  readonly requestsPerSecond: number;
  /** Smallest and largest of the rounds. */
  readonly spread: readonly [number, number];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  /** Median over the rounds of the ratio to raw in the same round. */
  readonly toRaw: number;
}

const WARM_UP_MS = 700;

export async function compare(
  one: Case,
  servers: readonly Server[],
  rounds: number,
  ms: number,
): Promise<Result[]> {
  const measured = new Map<string, Measured[]>(servers.map(({ name }) => [name, []]));
  const turn = (server: Server, forMs: number) =>
    load({ ...server, connections: one.connections, ms: forMs, next: () => one.next(server) });
  for (const server of servers) await turn(server, WARM_UP_MS);
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers) measured.get(server.name)?.push(await turn(server, ms));
  }
  const raw = measured.get('raw') ?? [];
  return servers.map(({ name }) => {
    const all = measured.get(name) ?? [];
    const rates = all.map((each) => each.requestsPerSecond);
    return {
      server: name,
      requestsPerSecond: rounded(median(rates)),
      spread: [rounded(Math.min(...rates)), rounded(Math.max(...rates))],
      p50Ms: rounded(median(all.map((each) => each.p50Ms))),
      p99Ms: rounded(median(all.map((each) => each.p99Ms))),
      cpuMs: rounded(median(all.map((each) => each.cpuMs))),
      toRaw: rounded(median(rates.map((rate, i) => rate / (raw[i]?.requestsPerSecond ?? NaN)))),
    };
  });
}

export function print(title: string, results: readonly Result[]): void {
  process.stdout.write(`\n${title}\n`);
  for (const { server, requestsPerSecond, spread, p50Ms, p99Ms, cpuMs, toRaw } of results) {
    const rate = `${requestsPerSecond}/s (${spread.join(' to ')})`;
    process.stdout.write(
      `${server.padEnd(24)} ${rate.padEnd(30)} p50 ${p50Ms} ms, p99 ${p99Ms} ms, cpu ${cpuMs} ms, ${toRaw} x raw\n`,
    );
  }
}
