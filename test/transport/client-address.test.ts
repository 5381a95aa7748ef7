import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from '@jest/globals';

import {
  createAddressOf,
  isProxyAddress,
  type TrustProxy,
} from '../../src/transport/admission/client-address.js';

/** The two facts that are read of a request. */
function from(remoteAddress: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress }, headers } as Partial<IncomingMessage> as IncomingMessage;
}

describe('the address of a client', () => {
  it.each<[string, TrustProxy, string, string | undefined, string]>([
    ['is that of the connection', false, '10.0.0.1', undefined, '10.0.0.1'],
    ['is not what the client says of itself', false, '10.0.0.1', '1.2.3.4', '10.0.0.1'],
    ['is what the one proxy says', 1, '10.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['is not what the client told the proxy', 1, '10.0.0.1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['lies behind two proxies', 2, '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2', '1.2.3.4'],
    [
      'is the last one that is no proxy of ours',
      ['10.0.0.0/8'],
      '10.0.0.1',
      '6.6.6.6, 1.2.3.4, 10.9.9.9',
      '1.2.3.4',
    ],
    ['is the connection’s where a stranger forwards', ['10.0.0.0/8'], '8.8.8.8', '1.2.3.4', '8.8.8.8'],
    ['is the last good one before rubbish', 5, '10.0.0.1', 'unknown, 1.2.3.4', '1.2.3.4'],
    ['may bear a port', 1, '10.0.0.1', '1.2.3.4:5678', '1.2.3.4'],
    ['is IPv4 however it is written', false, '::ffff:1.2.3.4', undefined, '1.2.3.4'],
    ['is a /64 with IPv6', false, '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['is the same /64 in any spelling', false, '2001:0DB8:1:2::9', undefined, '2001:db8:1:2::/64'],
    ['is a short /64', false, '::1', undefined, '0:0:0:0::/64'],
    ['is IPv6 in brackets', 1, '10.0.0.1', '[2001:db8::1]:99', '2001:db8:0:0::/64'],
    ['is behind an IPv6 proxy', ['fd00::/8'], 'fd00::7', '1.2.3.4', '1.2.3.4'],
  ])('%s', (_name, trust, remote, forwarded, expected) => {
    expect(createAddressOf(trust)(from(remote, forwarded))).toBe(expected);
  });

  it.each(['10.0.0.0/8', '127.0.0.1', '::1', 'fd00::/8'])('may be a proxy’s: %s', (text) => {
    expect(isProxyAddress(text)).toBe(true);
  });

  it.each(['10.0.0.0/33', 'proxy.internal', '10.0.0.0/8/8', '', '10.0.0.0/'])(
    'is none that a proxy could have: "%s"',
    (text) => {
      expect(isProxyAddress(text)).toBe(false);
    },
  );
});
