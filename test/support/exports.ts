/** Downloads, and results that are large at no cost: their rows are made by the database. */
import { gunzipSync } from 'node:zlib';
import { type IncomingHttpHeaders, request } from 'node:http';

import { authorization, type Token } from './clients.js';
import { inDatabase } from './database.js';

export interface Download {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it went over the wire. */
  readonly body: Buffer;
}

/** Asks without the conveniences of fetch, which inflates by itself. Rejects when the answer is cut off. */
export function download(
  url: string,
  path: string,
  options: {
    readonly token?: Token;
    readonly headers?: Readonly<Record<string, string>>;
    readonly method?: 'GET' | 'HEAD';
  } = {},
): Promise<Download> {
  const { token = 'demo-admin', headers = {}, method = 'GET' } = options;
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method, headers: { ...authorization(token), ...headers } });
    asked.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    asked.end();
  });
}

/** The text of a download, inflated if need be. */
export function textOf({ headers, body }: Download): string {
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
}

export function csvPath(id: string): string {
  return `/executions/${id}/rows.csv`;
}

export function jsonLinesPath(id: string): string {
  return `/executions/${id}/rows.jsonl`;
}

/** A UUID, as the database has it. */
export function uuidOf(id: string): string {
  return id.replace('exe_', '');
}

/** Gives an execution so many rows, numbered from 1 by their `requests`, in place of those that it has. */
export async function replaceRows(databaseUrl: string, id: string, count: number): Promise<void> {
  const uuid = uuidOf(id);
  await inDatabase(databaseUrl, `DELETE FROM usage_rows WHERE execution_id = '${uuid}'`);
  await inDatabase(
    databaseUrl,
    `INSERT INTO usage_rows (execution_id, position, date, oauth_client_id, oauth_client_name, user_id, user_name,
       platform, http_method, template_uri, requests, status_200, status_300, status_400, status_429, status_500)
     SELECT '${uuid}', n, date '2026-01-01' + n % 90, md5((n % 40)::text)::uuid::text, 'Client ' || n % 40,
       md5((n % 900)::text)::uuid::text, 'User ' || n % 900, 'PublicApi', 'GET',
       'api/v2/conversations/' || n % 300 || '/participants/{participantId}', n, n, 0, 0, 0, 0
     FROM generate_series(1, ${count}) AS n`,
  );
  await inDatabase(databaseUrl, `UPDATE executions SET row_count = ${count} WHERE id = '${uuid}'`);
}
