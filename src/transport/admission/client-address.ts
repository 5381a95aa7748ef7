/**
 * Which address a request comes from. `X-Forwarded-For` is a header like any other: whoever connects can write what they
 * like into it. So it is read from the right, where the proxy next to us has written, and only as far as the
 * proxies are ours.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** False: nobody stands in front. A number: so many proxies do. A list: addresses and subnets (CIDR) of ours. */
export type TrustProxy = false | number | readonly string[];

export type AddressOf = (request: IncomingMessage) => string;

type IsTrusted = (address: string, hop: number) => boolean;

/** Gives the key under which a client is counted: its IPv4 address, or the /64 of its IPv6 address. */
export function createAddressOf(trustProxy: TrustProxy): AddressOf {
  const isTrusted = trustOf(trustProxy);
  // A socket that is closed no longer tells its address.
  const known = new WeakMap<IncomingMessage, string>();
  const find = ({ socket, headers }: IncomingMessage): string => {
    let forwarded: string[] | undefined;
    let address = normalAddress(socket.remoteAddress ?? '') ?? 'unknown';
    for (let hop = 0; isTrusted(address, hop); hop += 1) {
      forwarded ??= [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',');
      const before = normalAddress(forwarded.pop() ?? '');
      if (before === null) break;
      address = before;
    }
    return isIP(address) === 6 ? subnet64(address) : address;
  };
  return (request) => {
    const address = known.get(request) ?? find(request);
    known.set(request, address);
    return address;
  };
}

/** True for what a list may hold. */
export function isProxyAddress(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return isIP(address) !== 0 && isPrefix && rest.length === 0;
}

function trustOf(trustProxy: TrustProxy): IsTrusted {
  if (trustProxy === false) return () => false;
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  const ours = new BlockList();
  for (const entry of trustProxy) {
    const [address = '', prefix] = entry.split('/');
    const family = familyOf(address);
    ours.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) => isIP(address) !== 0 && ours.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Without a port, and IPv4 as IPv4 however it was written; null for what is no address. */
function normalAddress(text: string): string | null {
  const trimmed = text.trim();
  // As nearly all of them are.
  if (isIP(trimmed) === 4) return trimmed;
  const bare = /^\[(.+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  const address = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(address) === 0 ? null : address;
}

/** One household or machine has a /64 at least: 2^64 addresses to count under would be none. */
function subnet64(address: string): string {
  // The URL parser writes IPv6 in its one shortest form; a zone is no part of it.
  const short = new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1);
  const [head = '', tail] = short.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
