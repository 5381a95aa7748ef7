/**
 * How many bytes the kernel has sent to each client that no client has acknowledged. Node does not tell, and an event
 * stream has no other sign of life: its client never sends anything, and the kernel takes heartbeats for a client that
 * is gone for a quarter of an hour. Only on Linux; elsewhere nothing is ever unacknowledged here.
 */
import { readFile } from 'node:fs/promises';

/** Bytes by the client's port. */
export type Unacknowledged = ReadonlyMap<number, number>;

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** Number, local and remote address (`address:port`), state, what is unacknowledged; all hexadecimal. */
const LINE = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]{2} ([0-9A-F]{8}):/;

/** Clients of the server that listens on `port`. */
export async function readUnacknowledged(port: number): Promise<Unacknowledged> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => '')));
  return parseUnacknowledged(tables.join('\n'), port);
}

export function parseUnacknowledged(text: string, port: number): Unacknowledged {
  const bytes = new Map<number, number>();
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  for (const line of text.split('\n')) {
    const [, local, remote, queued] = (line.includes(wanted) && LINE.exec(line)) || [];
    if (!remote || !queued || Number.parseInt(local ?? '', 16) !== port) continue;
    const client = Number.parseInt(remote, 16);
    // Two clients of different addresses may have the same port: then neither is blamed for what the other one owes.
    bytes.set(client, Math.min(bytes.get(client) ?? Infinity, Number.parseInt(queued, 16)));
  }
  return bytes;
}
