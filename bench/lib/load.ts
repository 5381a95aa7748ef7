/**
 * A client that costs as little as can be, since it shares the machine with what it measures: bare sockets, requests that
 * are written as they are, answers of which the length alone is read.
 */
import { connect, type Socket } from 'node:net';

import { cpuOf } from './proc.ts';

export interface Load {
  readonly url: string;
  readonly pid: number;
  readonly connections: number;
  readonly ms: number;
  /** The body of the next request. */
  readonly next: () => string;
}

export interface Measured {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server's process alone, in milliseconds for each request. */
  readonly cpuMs: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');

export async function load({ url, pid, connections, ms, next }: Load): Promise<Measured> {
  const { hostname, port } = new URL(url);
  const latencies: number[] = [];
  const cpuBefore = cpuOf(pid);
  const begun = performance.now();
  const request = () => toRequest(hostname, next());
  const clients = Array.from({ length: connections }, () =>
    ask(hostname, Number(port), begun + ms, request, latencies),
  );
  await Promise.all(clients);
  const tookMs = performance.now() - begun;
  const cpu = cpuOf(pid) - cpuBefore;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? NaN;
  return {
    requests: latencies.length,
    requestsPerSecond: (latencies.length / tookMs) * 1_000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuMs: cpu / latencies.length,
  };
}

function toRequest(host: string, body: string): string {
  return (
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\nauthorization: Bearer demo-admin\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

function ask(
  host: string,
  port: number,
  until: number,
  request: () => string,
  latencies: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, host);
    let sentAt = 0;
    /** Bytes of the body still to come; -1: the head has not come whole. */
    let left = -1;
    let head: Buffer = Buffer.alloc(0);
    const send = () => {
      sentAt = performance.now();
      left = -1;
      socket.write(request());
    };
    socket.setNoDelay(true).once('error', reject).once('connect', send);
    socket.on('data', (chunk: Buffer) => {
      if (left < 0) {
        head = head.length > 0 ? Buffer.concat([head, chunk]) : chunk;
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        const text = head.toString('latin1', 0, end);
        if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text));
        left = Number(/content-length: (\d+)/i.exec(text)?.[1]) - (head.length - end - HEAD_END.length);
        head = Buffer.alloc(0);
      } else left -= chunk.length;
      if (left > 0) return;
      const now = performance.now();
      latencies.push(now - sentAt);
      if (now < until) send();
      else socket.end(() => resolve());
    });
  });
}
