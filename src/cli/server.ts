/** Which server, and as whom. A token never stands on the command line: everybody on the machine could read it there. */
import { readFile } from 'node:fs/promises';

import {
  fromFetch,
  requestUsage,
  type UsageClient,
  type UsageDocument,
  UsageQueryError,
} from '../../client/src/index.js';
import { CliError, EXIT } from './exit-code.js';
import type { CliIo } from './io.js';

export interface ServerOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly demo?: boolean;
}

export interface Server {
  readonly client: UsageClient;
  /** The data of one query or mutation. Throws `UsageQueryError`. */
  ask<TData, TVariables>(
    document: UsageDocument<TData, TVariables>,
    variables: NoInfer<TVariables>,
  ): Promise<TData>;
  /** A file of the server's, by its path. Throws `UsageQueryError`. */
  download(path: string): Promise<ReadableStream<Uint8Array>>;
}

const DEFAULT_SERVER = 'http://127.0.0.1:4000';

export async function connect(options: ServerOptions, { env, signal }: CliIo): Promise<Server> {
  const base = parseServer(options.server ?? env['USAGE_SERVER'] ?? DEFAULT_SERVER);
  const token = await findToken(options, env, base, signal);
  const headers = { authorization: `Bearer ${token}` };
  const client = fromFetch({ url: `${base}/graphql`, headers });
  return {
    client,
    ask: (document, variables) => requestUsage(client, document, variables, { signal }),
    async download(path) {
      const response = await reach(fetch(`${base}${path}`, { headers, signal, redirect: 'error' }));
      if (response.ok && response.body) return response.body;
      throw await refusedDownload(response);
    },
  };
}

async function refusedDownload(response: Response): Promise<UsageQueryError> {
  const answer = (await response.json().catch(() => null)) as {
    errors?: readonly { message: string; extensions?: { code?: string } }[];
  } | null;
  const { message = `The server answered ${response.status}.`, extensions } = answer?.errors?.[0] ?? {};
  return new UsageQueryError(message, {
    kind: 'request',
    code: extensions?.code ?? 'INVALID_ANSWER',
    retryable: response.status >= 500,
  });
}

function parseServer(text: string): string {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new CliError(`"${text}" is no address of a server, such as ${DEFAULT_SERVER}.`, EXIT.usage);
  return url.href.replace(/\/+$/, '');
}

async function findToken(
  options: ServerOptions,
  env: CliIo['env'],
  base: string,
  signal: AbortSignal,
): Promise<string> {
  if (options.demo) return demoToken(base, signal);
  const text = options.tokenFile === undefined ? env['USAGE_TOKEN'] : await readTokenFile(options.tokenFile);
  const token = text?.trim().replace(/^bearer\s+/i, '') ?? '';
  if (token === '')
    throw new CliError(
      'No token: give --token-file FILE, set USAGE_TOKEN, or use --demo with a demo server.',
      EXIT.refused,
    );
  // What no header can hold: another file was meant.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CliError('The token holds characters that no token has.', EXIT.usage);
  return token;
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(`The token file can not be read: ${(error as Error).message}`, EXIT.usage);
  }
}

/** Only from a server that says itself that its data is simulated. */
async function demoToken(base: string, signal: AbortSignal): Promise<string> {
  const response = await reach(fetch(`${base}/graphiql/config.json`, { signal }));
  const { demoToken: token = null } = (response.ok ? await response.json().catch(() => ({})) : {}) as {
    demoToken?: string | null;
  };
  if (typeof token !== 'string')
    throw new CliError(`${base} is no demo server, or does not say so: bring a token.`, EXIT.refused);
  return token;
}

async function reach(request: Promise<Response>): Promise<Response> {
  try {
    return await request;
  } catch (cause) {
    throw new UsageQueryError('No answer from the server', {
      kind: 'network',
      code: 'NETWORK_ERROR',
      retryable: true,
      cause,
    });
  }
}
