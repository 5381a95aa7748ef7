/**
 * What a request body may be: JSON in UTF-8 as it is, at most `bodyLimit` bytes of it. A compressed one could unfold to
 * any size, one in another charset could say something else to a filter in front of us than it says to us.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { parseStrictJson } from '../../lib/strict-json.js';
import { noJson } from '../plain-words.js';
import { RefusedRequestError } from './refusals.js';

const UTF_8 = /^"?utf-?8"?$/i;
/** Parameters of a GET that hold JSON. */
const JSON_PARAMETERS = ['variables', 'extensions'];
const PARAMETERS = ['query', 'operationName', 'documentId', ...JSON_PARAMETERS];

export function addBodyRules(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request) => checkHeaders(request));
  fastify.addHook('preValidation', async (request) => checkParameters(request));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => parseBody(body),
  );
}

function checkHeaders({ headers, raw }: FastifyRequest): void {
  // HTTP/1.1 demands one; load balancers of old ask for our health by HTTP/1.0, without.
  if (headers.host === undefined && raw.httpVersion !== '1.0') {
    throw new RefusedRequestError(
      400,
      'The request names no host: send the header Host, as every HTTP library does.',
    );
  }
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding.trim().toLowerCase() !== 'identity') {
    throw new RefusedRequestError(415, 'Send the body as it is: compressed ones are not taken.', {
      'accept-encoding': 'identity',
    });
  }
  const charset = /;\s*charset\s*=\s*([^;\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !UTF_8.test(charset)) {
    throw new RefusedRequestError(415, 'Send the body in UTF-8.');
  }
}

function checkParameters({ query }: FastifyRequest): void {
  const given = query as Record<string, unknown>;
  for (const name of PARAMETERS) {
    // Of two, one reader takes the first and another one the last.
    if (Array.isArray(given[name]))
      throw new RefusedRequestError(400, `The parameter ${name} is given twice: send it once.`);
  }
  for (const name of JSON_PARAMETERS) {
    const value = given[name];
    if (typeof value === 'string') parsed(value, `The ${name} parameter`);
  }
}

function parseBody(body: Buffer): unknown {
  return parsed(decoded(body), 'The body');
}

function decoded(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new RefusedRequestError(400, 'The body is not UTF-8.');
  }
}

function parsed(text: string, what: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it does not follow the syntax' : (error as Error).message;
    throw new RefusedRequestError(400, noJson(what, why, text === ''));
  }
}
