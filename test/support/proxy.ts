/** A TCP proxy in front of a server, to make a network fail with real sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Proxy {
  /** The given address, through the proxy. */
  readonly url: string;
  /** Pairs of sockets that pass bytes, or seem to. */
  readonly connections: number;
  /** Breaks every connection and takes no new one. */
  cut(): Promise<void>;
  /** Holds every byte back, of new connections too, until `mend`. */
  stall(): void;
  /**
   * The connections of this moment are dead and neither end is told: what is sent on them is swallowed, now and after
   * `mend`. New ones work.
   */
  halfOpen(): void;
  /** Takes connections again, and lets pass what was held back. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  swallows: boolean;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const links = new Set<Link>();
  let stalled = false;

  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const link: Link = { near, far, swallows: false };
    links.add(link);
    pass(link, near, far);
    pass(link, far, near);
    if (stalled) hold(link);
  });

  function pass(link: Link, from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      if (link.swallows) return;
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => {
      if (!stalled) from.resume();
    });
    from.on('end', () => {
      if (!link.swallows) to.end();
    });
    from.on('error', () => {});
    from.on('close', () => {
      // An end that is told nothing keeps its socket until it gives up by itself.
      if (link.swallows && !to.destroyed) return;
      links.delete(link);
      to.destroy();
    });
  }

  const listen = async (on: number) => {
    server.listen(on, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const { near, far } of links) [near, far].forEach((socket) => socket.destroy());
    links.clear();
    await closed;
  };
  await listen(0);
  const own = server.address() as AddressInfo;
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(own.port);
  return {
    url: url.href,
    get connections() {
      return links.size;
    },
    cut,
    stall() {
      stalled = true;
      links.forEach(hold);
    },
    halfOpen() {
      for (const link of links) link.swallows = true;
    },
    async mend() {
      stalled = false;
      for (const { near, far } of links) [near, far].forEach((socket) => socket.resume());
      if (!server.listening) await listen(own.port);
    },
    stop: async () => (server.listening ? cut() : undefined),
  };
}

function hold({ near, far }: Link): void {
  near.pause();
  far.pause();
}
