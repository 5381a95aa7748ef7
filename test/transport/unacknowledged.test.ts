import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { parseUnacknowledged, readUnacknowledged } from '../../src/transport/event-stream/unacknowledged.js';
import { until } from '../support/until.js';

/** As the kernel writes it: the listener, two clients of port 4000 (0FA0), and one of another server. */
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:0FA0 0100007F:D500 01 00000003:00000000 01:00000014 00000002     0        0 2 2 0 20 4 30 10 -1
   2: 0100007F:0FA0 4200007F:D501 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
   3: 0100007F:1538 0100007F:D502 01 000000FF:00000000 00:00000000 00000000     0        0 4 1 0 20 4 30 10 -1
   4: 0100007F:D503 0100007F:0FA0 01 000000FF:00000000 00:00000000 00000000     0        0 5 1 0 20 4 30 10 -1`;

describe('what no client has acknowledged', () => {
  it('is read for the clients of one server', () => {
    expect(parseUnacknowledged(TABLE, 4000)).toEqual(
      new Map([
        [0, 0],
        [0xd500, 3],
        [0xd501, 0],
      ]),
    );
  });

  it('is the least when two clients of different addresses have the same port', () => {
    const twice = `${TABLE}\n   5: 0100007F:0FA0 4300007F:D500 01 00000001:00000000 00:00000000 00000000`;
    expect(parseUnacknowledged(twice, 4000).get(0xd500)).toBe(1);
  });

  it('is nothing where the kernel tells nothing', () => {
    expect(parseUnacknowledged('\n', 4000)).toEqual(new Map());
  });

  (process.platform === 'linux' ? it : it.skip)(
    'grows for a client that does not read, and is nothing once it has read',
    async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const client = connect(port, '127.0.0.1').pause();
      const [served] = (await once(server, 'connection')) as [Socket];
      const unread = async () => (await readUnacknowledged(port)).get(client.localPort ?? 0);
      // More than all buffers on the way.
      served.write(Buffer.alloc(32 * 1024 * 1024));
      await until('bytes to wait', async () => ((await unread()) ?? 0) > 0);
      client.resume();
      await until('all to be read', async () => (await unread()) === 0 && served.writableLength === 0);
      client.destroy();
      server.close();
      await once(server, 'close');
    },
  );
});
