/** The address on which the service listens: what may be wrong with it, in words, and a look at it ahead of time. */
import { once } from 'node:events';
import { createServer } from 'node:net';

import { errorCode } from '../lib/file-error.js';
import { StartupError } from '../lib/startup-error.js';

/**
 * Throws `StartupError` when nobody could listen there now. Asked before anything is started, so that a second start by
 * mistake makes no database and takes no work; whoever takes the port in between is met when we listen.
 */
export async function expectFreeAddress(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw toStartupError(error, host, port);
  }
  server.close();
  await once(server, 'close');
}

/** `http://host:port` */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * What a person can mend becomes a `StartupError`; everything else stays what it is.
 * @param setting from which the port comes
 */
export function toStartupError(error: unknown, host: string, port: number, setting = 'PORT'): Error {
  const advice: Record<string, string> = {
    EADDRINUSE: `Port ${port} is taken. Set ${setting} to another one, or end the program that uses it.`,
    EACCES: `Port ${port} may not be used without more rights. Set ${setting} to one above 1023.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set HOST to 127.0.0.1, or to 0.0.0.0 for all.`,
    ENOTFOUND: `HOST is ${host}, which is not a known name. Set it to 127.0.0.1, or to 0.0.0.0 for all.`,
    EAI_AGAIN: `HOST is ${host}, a name that can not be looked up now. Set it to 127.0.0.1, or to 0.0.0.0 for all.`,
  };
  const message = advice[errorCode(error) ?? ''];
  if (message) return new StartupError(message, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
