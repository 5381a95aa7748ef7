/**
 * How many bytes were written to clients, and for what. The sockets count by themselves, everything included (headers,
 * frames, heartbeats): they are asked when somebody wants to know, and when they close, so no answer pays for it.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export type ServedBy = 'http' | 'export' | 'websocket' | 'sse';

export interface Traffic {
  /** Since the start. */
  bytes(): Readonly<Record<ServedBy, number>>;
}

interface Served {
  by: ServedBy;
  /** Bytes of the socket that are in the sums already. */
  summed: number;
}

export function watchTraffic(server: Server): Traffic {
  const sums: Record<ServedBy, number> = { http: 0, export: 0, websocket: 0, sse: 0 };
  const open = new Map<Socket, Served>();
  const sum = (socket: Socket, served: Served): void => {
    sums[served.by] += socket.bytesWritten - served.summed;
    served.summed = socket.bytesWritten;
  };
  const turnTo = (socket: Socket, by: ServedBy): void => {
    const served = open.get(socket);
    if (!served || served.by === by) return;
    sum(socket, served);
    served.by = by;
  };
  server.on('connection', (socket: Socket) => {
    const served: Served = { by: 'http', summed: 0 };
    open.set(socket, served);
    socket.once('close', () => {
      sum(socket, served);
      open.delete(socket);
    });
  });
  server.on('request', ({ socket, url = '' }) => turnTo(socket, servedBy(url)));
  server.on('upgrade', ({ socket }) => turnTo(socket, 'websocket'));
  return {
    bytes() {
      for (const [socket, served] of open) sum(socket, served);
      return { ...sums };
    },
  };
}

function servedBy(url: string): ServedBy {
  if (url.startsWith('/graphql/stream')) return 'sse';
  return url.startsWith('/executions/') ? 'export' : 'http';
}
